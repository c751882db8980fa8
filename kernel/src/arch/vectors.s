# What the processor jumps to: one stub a vector, 16 bytes each for the exceptions, 8 each for the interrupts.
# A stub says which vector it is; the two common parts save registers and call Rust.

    .section .text.vectors, "ax"

# --- Exceptions, vectors 0 to 31
# ----------------------------------------------------------------------------------- Some push an error code
# by themselves; the others push 0 in its place.

    .macro exception vector, pushes_code
    .p2align 4
    .if \pushes_code == 0
    push 0
    .endif
    push \vector
    jmp exception_common
    .endm

    .p2align 4
    .global exception_stubs
exception_stubs:
    .irp vector, 0, 1, 2, 3, 4, 5, 6, 7
    exception \vector, 0
    .endr
    exception 8, 1
    exception 9, 0
    .irp vector, 10, 11, 12, 13, 14
    exception \vector, 1
    .endr
    exception 15, 0
    exception 16, 0
    exception 17, 1
    .irp vector, 18, 19, 20
    exception \vector, 0
    .endr
    exception 21, 1
    .irp vector, 22, 23, 24, 25, 26, 27, 28
    exception \vector, 0
    .endr
    exception 29, 1
    exception 30, 1
    exception 31, 0

# Builds the `Frame` of `fault.rs` and hands it over. Returns for the few exceptions that may.
exception_common:
    push rax
    push rcx
    push rdx
    push rbx
    push rbp
    push rsi
    push rdi
    push r8
    push r9
    push r10
    push r11
    push r12
    push r13
    push r14
    push r15
    cld
    mov rdi, rsp
    # 15 registers, vector, code and the processor's 5 words are 22 words on an aligned stack: aligned for a
    # call.
    call {exception}
    pop r15
    pop r14
    pop r13
    pop r12
    pop r11
    pop r10
    pop r9
    pop r8
    pop rdi
    pop rsi
    pop rbp
    pop rbx
    pop rdx
    pop rcx
    pop rax
    add rsp, 16
    iretq

# --- Interrupts, vectors 32 to 255
# --------------------------------------------------------------------------------- The stub is a call, so the
# return address tells the vector.

    .p2align 4
    .global interrupt_stubs
interrupt_stubs:
    .rept 224
    .p2align 3
    call interrupt_common
    .endr

# Saves what a Rust function may change. No vector registers: the kernel uses none.
interrupt_common:
    xchg rdi, [rsp]
    push rax
    push rcx
    push rdx
    push rsi
    push r8
    push r9
    push r10
    push r11
    cld
    # The return address is 5 bytes into the stub. 8 registers, rdi and the processor's 5 words are 14 words:
    # aligned.
    sub rdi, offset interrupt_stubs + 5
    shr rdi, 3
    add rdi, 32
    call {interrupt}
    pop r11
    pop r10
    pop r9
    pop r8
    pop rsi
    pop rdx
    pop rcx
    pop rax
    pop rdi
    iretq
