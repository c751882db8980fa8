# From the PVH entry (Xen's x86 direct boot ABI) to the first Rust function, on the boot core.
#
# At `ninewire_entry`: 32-bit protected mode, flat segments, paging off, interrupts off, ebx = physical
# address of hvm_start_info. Left behind for Rust: 64-bit mode, the first 4 GiB mapped one to one (writable,
# executable; the final tables follow within microseconds), interrupts off, a boot stack, the entry's time
# stamp.

# Further down: the way of the other cores, which are woken in real mode (Intel SDM volume 3, 9.4.4).

    .section .note.pvh, "a", @note
    .p2align 2
    .long 4                     # length of the name
    .long 8                     # length of the value: QEMU reads 8 bytes from a 64-bit ELF
    .long 18                    # XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .quad ninewire_entry

# From 32-bit protected mode to \target in 64-bit mode, on the first tables, with the segments of boot_gdt. Uses no
# stack. Caches are on afterwards: a core that was woken comes with them off.
    .macro enter_long_mode target
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
    and eax, 0x9fffffff         # not CD, not NW
    or eax, (1 << 31) | (1 << 16) | 1  # PG, WP, PE
    mov cr0, eax
    # A far jump through selector 8, by its bytes: it assembles the same everywhere.
    .byte 0xea
    .long \target
    .word 8
    .endm

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

    lgdt [boot_gdt_pointer]
    enter_long_mode boot_entry64

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

# --- The other cores, one at a time

# Copied to a page below 1 MiB, where a core that is woken begins: real mode, cs = the page's number times 256, ip = 0.
# Everything here is relative to its beginning, except what is in the kernel itself.
    .section .rodata.trampoline, "a"
    .code16
    .global trampoline, trampoline_end
trampoline:
    cli
    cld
    mov ax, cs
    mov ds, ax
    # lgdt [trampoline_gdt_pointer - trampoline], all 32 bits of the base; by its bytes, as the jump below.
    .byte 0x66, 0x0f, 0x01, 0x16
    .word trampoline_gdt_pointer - trampoline
    mov eax, cr0
    or eax, 1                   # PE
    mov cr0, eax
    .byte 0x66, 0xea            # far jump through selector 24
    .long core_entry32
    .word 24
    .p2align 2
trampoline_gdt_pointer:
    .word boot_gdt_pointer - boot_gdt - 1
    .long boot_gdt
trampoline_end:

    .section .text.entry, "ax"
    .code32
core_entry32:
    mov eax, 16
    mov ds, eax
    mov es, eax
    mov ss, eax
    enter_long_mode core_entry64

    .code64
core_entry64:
    mov eax, 16
    mov ds, eax
    mov es, eax
    mov ss, eax
    xor eax, eax
    mov fs, eax
    mov gs, eax
    # The number of the core is the order of arrival. It says which stacks are its own, so no two cores ever share one,
    # not even one that comes when it is no longer expected.
    mov eax, 1
    lock xadd dword ptr [{next_core}], eax
    cmp eax, {cores_max}
    jae 2f
    mov rcx, qword ptr [{page_tables}]
    mov cr3, rcx
    movabs rsp, {first_stack_top}
    mov ecx, {core_stack_bytes}
    imul rcx, rax
    add rsp, rcx
    mov edi, eax                # first argument; also clears the upper half
    xor ebp, ebp
    call {core_main}
    ud2
2:  cli
    hlt
    jmp 2b

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
    .quad 0x00cf9b000000ffff    # 32-bit code
boot_gdt_pointer:
    .word boot_gdt_pointer - boot_gdt - 1
    .quad boot_gdt

    .section .bss.boot, "aw", @nobits
    .p2align 12
    .zero 65536
boot_stack_top:
