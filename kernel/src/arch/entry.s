# From the PVH entry (Xen's x86 direct boot ABI) to the first Rust function, on the boot core.
#
# At `ninewire_entry`: 32-bit protected mode, flat segments, paging off, interrupts off, ebx = physical
# address of hvm_start_info. Left behind for Rust: 64-bit mode, the first 4 GiB mapped one to one (writable,
# executable; the final tables follow within microseconds), interrupts off, a boot stack, the entry's time
# stamp.

    .section .note.pvh, "a", @note
    .p2align 2
    .long 4                     # length of the name
    .long 8                     # length of the value: QEMU reads 8 bytes from a 64-bit ELF
    .long 18                    # XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .quad ninewire_entry

    .section .text.entry, "ax"
    .code32
    .global ninewire_entry
ninewire_entry:
    cli
    cld
    rdtsc
    mov dword ptr [{entry_tsc}], eax
    mov dword ptr [{entry_tsc} + 4], edx
    mov esp, offset boot_stack_top

    mov eax, offset boot_pml4
    mov cr3, eax
    mov eax, cr4
    or eax, 1 << 5              # PAE
    mov cr4, eax
    mov ecx, 0xc0000080         # EFER
    rdmsr
    or eax, (1 << 8) | (1 << 11)  # LME, NXE
    wrmsr
    mov eax, cr0
    or eax, (1 << 31) | (1 << 16) | 1  # PG, WP, PE
    mov cr0, eax
    lgdt [boot_gdt_pointer]
    # A far jump to boot_entry64 through selector 8, written as far return: it assembles the same everywhere.
    mov eax, offset boot_entry64
    push 8
    push eax
    retf

    .code64
boot_entry64:
    mov eax, 16
    mov ds, eax
    mov es, eax
    mov ss, eax
    xor eax, eax
    mov fs, eax
    mov gs, eax
    mov edi, ebx                # first argument; also clears the upper half
    xor ebp, ebp
    call {start}
    ud2

    .section .data.boot, "aw"
    .p2align 12
boot_pml4:
    .quad boot_pdpt + 3
    .zero 4088
boot_pdpt:
    .quad boot_pd + 0x0003
    .quad boot_pd + 0x1003
    .quad boot_pd + 0x2003
    .quad boot_pd + 0x3003
    .zero 4064
boot_pd:
    .set frame, 0
    .rept 2048
    .quad frame + 0x83          # present, writable, 2 MiB
    .set frame, frame + 0x200000
    .endr

    .p2align 3
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff    # 64-bit code
    .quad 0x00cf93000000ffff    # data
boot_gdt_pointer:
    .word boot_gdt_pointer - boot_gdt - 1
    .quad boot_gdt

    .section .bss.boot, "aw", @nobits
    .p2align 12
    .zero 65536
boot_stack_top:
