/**
 * What the pause container runs, in machine code, since no compiler can be counted on where the agent is installed:
 *
 *   block every signal
 *   again: take the next signal
 *     SIGCHLD: bury every child that has ended (with pidMode task it is the first process of the task)
 *     SIGTERM, SIGINT: exit with 0
 *
 * Blocked and taken, not handled: the kernel drops signals for which a namespace's first process has no handler, but
 * not those that it blocks. Each line is one instruction; a test takes the bytes apart again where objdump is there.
 */
export interface Instruction {
  readonly hex: string;
  readonly text: string;
}

function listing(lines: string): readonly Instruction[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => {
      const [hex = '', ...text] = line.trim().split(/ {2,}/);
      return { hex, text: text.join(' ') };
    });
}

/** x86_64; system calls: 14 rt_sigprocmask, 128 rt_sigtimedwait, 61 wait4, 231 exit_group. */
const x86 = listing(`
  6aff        push -1                ; every signal
  31ff        xor edi,edi            ; SIG_BLOCK
  4889e6      mov rsi,rsp
  31d2        xor edx,edx
  6a08        push 8
  415a        pop r10
  6a0e        push 14
  58          pop rax
  0f05        syscall
  4889e7      mov rdi,rsp            ; again:
  31f6        xor esi,esi
  31d2        xor edx,edx
  6a08        push 8
  415a        pop r10
  b880000000  mov eax,128
  0f05        syscall
  83f811      cmp eax,17             ; SIGCHLD
  7413        je reap
  83f80f      cmp eax,15             ; SIGTERM
  7405        je end
  83f802      cmp eax,2              ; SIGINT
  75df        jne again
  31ff        xor edi,edi            ; end:
  b8e7000000  mov eax,231
  0f05        syscall
  6aff        push -1                ; reap: any child
  5f          pop rdi
  31f6        xor esi,esi
  6a01        push 1                 ; WNOHANG
  5a          pop rdx
  4531d2      xor r10d,r10d
  6a3d        push 61
  58          pop rax
  0f05        syscall
  85c0        test eax,eax
  7fec        jg reap
  ebc0        jmp again
`);

/** aarch64; system calls: 135 rt_sigprocmask, 137 rt_sigtimedwait, 260 wait4, 94 exit_group. */
const arm64 = listing(`
  09008092  mov x9,-1                ; every signal
  e90f1ff8  str x9,[sp,-16]!
  000080d2  mov x0,0                 ; SIG_BLOCK
  e1030091  mov x1,sp
  020080d2  mov x2,0
  030180d2  mov x3,8
  e81080d2  mov x8,135
  010000d4  svc 0
  e0030091  mov x0,sp                ; again:
  010080d2  mov x1,0
  020080d2  mov x2,0
  030180d2  mov x3,8
  281180d2  mov x8,137
  010000d4  svc 0
  1f440071  cmp w0,17                ; SIGCHLD
  00010054  b.eq reap
  1f3c0071  cmp w0,15                ; SIGTERM
  60000054  b.eq end
  1f080071  cmp w0,2                 ; SIGINT
  a1feff54  b.ne again
  000080d2  mov x0,0                 ; end:
  c80b80d2  mov x8,94
  010000d4  svc 0
  00008092  mov x0,-1                ; reap: any child
  010080d2  mov x1,0
  220080d2  mov x2,1                 ; WNOHANG
  030080d2  mov x3,0
  882080d2  mov x8,260
  010000d4  svc 0
  1f000071  cmp w0,0
  2cffff54  b.gt reap
  e9ffff17  b again
`);

export interface PauseProgram {
  readonly elfMachine: number;
  readonly instructions: readonly Instruction[];
}

/** By the engine's word for its architecture. */
export const pausePrograms: Readonly<Record<string, PauseProgram>> = {
  x86_64: { elfMachine: 62, instructions: x86 },
  amd64: { elfMachine: 62, instructions: x86 },
  aarch64: { elfMachine: 183, instructions: arm64 },
  arm64: { elfMachine: 183, instructions: arm64 },
};

export function codeOf(program: PauseProgram): Uint8Array {
  return Buffer.from(program.instructions.map((i) => i.hex).join(''), 'hex');
}
