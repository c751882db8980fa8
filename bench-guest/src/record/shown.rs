//! Records in one line each, as a trace of the conversation shows them.

use core::fmt;

use super::{At, Record};
use crate::units::Bytes;

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "job {} {} visit {}", self.job, self.path, self.visit)
    }
}

/// One line, as a trace of the conversation shows it.
impl fmt::Display for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name())?;
        match self {
            Record::Hello(hello) => write!(
                f,
                " {} build {} tsc {} Hz, {} after entry",
                hello.guest,
                hello.build,
                hello.tsc_hz.0,
                hello.now.since(hello.entry).at(hello.tsc_hz)
            ),
            Record::Device(device) => {
                write!(
                    f,
                    " {} {} {:?} features {:#x} queue {}",
                    device.name, device.class, device.tag, device.features, device.queue_size
                )
            }
            Record::CaseStart(start) => write!(
                f,
                " {} over {} msize {} {} {} iodepth {} {}",
                start.at,
                start.device,
                start.msize,
                start.dialect,
                start.wait,
                start.iodepth,
                start.placement
            ),
            Record::Samples(samples) => write!(
                f,
                " {} repetition {} ops {} bytes {} in {} ticks",
                samples.at, samples.repetition, samples.ops, samples.bytes.0, samples.elapsed.0
            ),
            Record::Counters(counters) => {
                write!(f, " {} repetition {} {}", counters.at, counters.repetition, counters.counted)
            }
            Record::Verified(verified) => write!(
                f,
                " {} file {} bytes {} crc32c {:08x}",
                verified.at, verified.file, verified.bytes.0, verified.crc32c
            ),
            Record::CaseEnd(end) => write!(f, " {} {} {}", end.at, end.outcome, end.reason),
            Record::Fault(fault) => write!(f, " {}", fault.reason),
            Record::Log(log) => write!(f, " {} {}", log.level, log.text),
            Record::Bye(bye) => write!(f, " {} after {} frames", bye.status, bye.frames),
            Record::Plan(plan) => write!(
                f,
                " seed {} shares {} files {} jobs {} scratch {:?}",
                plan.seed, plan.shares, plan.files, plan.jobs, plan.scratch
            ),
            Record::Share(share) => {
                write!(
                    f,
                    " {} at {:?} aname {:?} uname {:?}",
                    share.path, share.device, share.aname, share.uname
                )
            }
            Record::File(file) => {
                write!(f, " {} {:?} size {} crc32c {:08x}", file.index, file.path, file.size, file.crc32c)
            }
            Record::Job(job) => write!(
                f,
                " {} {:?} {} bs {} iodepth {} size {} loops {}",
                job.index,
                job.name,
                job.work,
                Bytes(job.bs.into()),
                job.iodepth,
                job.size,
                job.loops
            ),
            Record::Go(go) => write!(f, " after {} records", go.records),
        }
    }
}
