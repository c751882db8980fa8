//! Finding the functions: all of a bus in order of device and function, then the buses behind its bridges.
//! Bus numbers are the firmware's; with these the order is bus, device, function ascending.

use super::config::{Address, Config, ConfigAccess, header};
use alloc::vec::Vec;

/// A function found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Where it is.
    pub address: Address,
    /// Who made it.
    pub vendor: u16,
    /// What it is, in the maker's numbers.
    pub device: u16,
    /// Does it lead to another bus?
    pub bridge: bool,
}

const TYPE_MULTI_FUNCTION: u8 = 0x80;
const TYPE_BRIDGE: u8 = 1;

/// All functions reachable from bus 0. A bus is visited once, whatever the bridges say.
pub fn scan(access: &dyn ConfigAccess) -> Vec<Function> {
    let mut found = Vec::with_capacity(16);
    let mut visited = [false; 256];
    scan_bus(access, 0, &mut visited, &mut found);
    found
}

fn scan_bus(access: &dyn ConfigAccess, bus: u8, visited: &mut [bool; 256], found: &mut Vec<Function>) {
    visited[usize::from(bus)] = true;
    let mut behind = Vec::new();
    for device in 0..32 {
        let mut functions = 1;
        let mut function = 0;
        while function < functions {
            let address = Address { bus, device, function };
            let config = Config::new(access, address);
            if let Some((vendor, device)) = config.id() {
                let kind = (config.read(header::TYPE) >> 16) as u8;
                if function == 0 && kind & TYPE_MULTI_FUNCTION != 0 {
                    functions = 8;
                }
                let bridge = kind & !TYPE_MULTI_FUNCTION == TYPE_BRIDGE;
                if bridge {
                    behind.push((config.read(header::BUSES) >> 8) as u8);
                }
                found.push(Function { address, vendor, device, bridge });
            } else if function == 0 {
                break;
            }
            function += 1;
        }
    }
    for bus in behind {
        // Secondary bus 0 means that the firmware has not numbered it.
        if bus != 0 && !visited[usize::from(bus)] {
            scan_bus(access, bus, visited, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::Fabric;
    use super::*;
    use std::string::{String, ToString};

    fn addresses(fabric: &Fabric) -> Vec<String> {
        scan(fabric).iter().map(|function| function.address.to_string()).collect()
    }

    #[test]
    fn functions_are_found_in_bus_order_and_only_where_they_are() {
        let mut fabric = Fabric::new();
        for at in ["00:00.0", "00:1f.0", "00:03.0", "00:02.0"] {
            fabric.function(at, 0x8086, 0x1237);
        }
        assert_eq!(addresses(&fabric), ["00:00.0", "00:02.0", "00:03.0", "00:1f.0"]);
    }

    #[test]
    fn functions_beyond_the_first_are_looked_at_only_when_the_first_says_so() {
        let mut fabric = Fabric::new();
        fabric.function("00:1f.0", 0x8086, 0x2918).multi_function();
        fabric.function("00:1f.2", 0x8086, 0x2922);
        fabric.function("00:04.0", 0x1af4, 0x1009);
        fabric.function("00:04.1", 0x1af4, 0x1009);
        fabric.function("00:05.3", 0x1af4, 0x1009);
        assert_eq!(addresses(&fabric), ["00:04.0", "00:1f.0", "00:1f.2"]);
    }

    #[test]
    fn buses_behind_bridges_come_after_the_bus_of_the_bridge() {
        let mut fabric = Fabric::new();
        fabric.function("00:01.0", 0x1b36, 0xc).bridge_to(1);
        fabric.function("00:02.0", 0x1b36, 0xc).bridge_to(3);
        fabric.function("00:03.0", 0x1af4, 0x1003);
        fabric.function("01:00.0", 0x1b36, 0xc).bridge_to(2);
        fabric.function("02:00.0", 0x1af4, 0x1049);
        fabric.function("03:00.0", 0x1af4, 0x1043);
        assert_eq!(addresses(&fabric), ["00:01.0", "00:02.0", "00:03.0", "01:00.0", "02:00.0", "03:00.0"]);
    }

    #[test]
    fn bridges_that_lead_in_a_circle_or_nowhere_are_followed_once() {
        let mut fabric = Fabric::new();
        fabric.function("00:01.0", 0x1b36, 0xc).bridge_to(1);
        fabric.function("00:02.0", 0x1b36, 0xc).bridge_to(0);
        fabric.function("01:00.0", 0x1b36, 0xc).bridge_to(1);
        fabric.function("01:01.0", 0x1b36, 0xc).bridge_to(0);
        fabric.function("01:02.0", 0x1b36, 0xc).bridge_to(9);
        assert_eq!(addresses(&fabric).len(), 5);
    }
}
