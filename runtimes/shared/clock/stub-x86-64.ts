// The code that stands in for the clocks of a vDSO on 64-bit x86: asks the kernel, adds one offset. For the patch.
//
// Calling convention: arguments in rdi and rsi, answer in rax; a system call destroys rcx and r11. Only registers that a
// caller gives up are used. Position independent. All three entries take the time from one sum (`shifted`), so that time(),
// gettimeofday() and clock_gettime() never disagree about the second. The offset is one aligned word with its complement beside it. Most processors store an
// aligned word at once anyway, but the kernel copies it with an instruction that does not promise to (rep movsb).

/** Where things are in the block that is put behind the image of the vDSO; bytes from its start. */
export interface StubLayout {
  readonly sizeBytes: number;
  /** The code proper; by these bytes a block is recognised. */
  readonly code: Uint8Array;
  /** See `encodeOffset`; a multiple of 16, so that both words lie in one line of every cache. */
  readonly offsetAt: number;
  /** One for each entry of a vDSO that leads here. */
  readonly entries: readonly StubEntry[];
}

export interface StubEntry {
  /** The exported name of the entry. */
  readonly symbol: string;
  /** Where its substitute begins. */
  readonly codeAt: number;
  /** Where the bytes are kept that the jump replaces: a patched process carries what undoes it, and so do its forks. */
  readonly savedAt: number;
}

export const offsetSizeBytes = 16;

/** A jump over any distance within 2 GiB: E9 and a signed 32-bit distance from its own end. */
export const jumpSizeBytes = 5;

/** The bytes of the jump at `from` to `to`, both in one address space or one image. */
export function jump(from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(jumpSizeBytes);
  bytes[0] = 0xe9;
  new DataView(bytes.buffer).setInt32(1, to - (from + jumpSizeBytes), true);
  return bytes;
}

/** What a line of the table below does to a position: its bytes follow, and the comment says what they are. */
type Instruction = readonly [at: number, bytes: string, meaning: string];

/** 0x00: int clock_gettime(edi clock, rsi timespec). */
const clockGettime: readonly Instruction[] = [
  [0x00, "b8 e4 00 00 00", "mov eax, 228            ; clock_gettime"],
  [0x05, "0f 05", "syscall"],
  [0x07, "85 c0", "test eax, eax"],
  [0x09, "75 1d", "jnz 0x28                ; errors pass through"],
  [0x0b, "83 ff 0b", "cmp edi, 11"],
  [0x0e, "77 18", "ja 0x28                 ; above 11, and all negative ones (clocks of processes and devices)"],
  [0x10, "b9 21 09 00 00", "mov ecx, 0x921          ; bits 0 REALTIME, 5 REALTIME_COARSE, 8 REALTIME_ALARM, 11 TAI"],
  [0x15, "0f a3 f9", "bt ecx, edi"],
  [0x18, "73 0e", "jnc 0x28                ; monotonic clocks and the like stay as they are"],
  [0x1a, "e8 91 00 00 00", "call 0xb0               ; shifted"],
  [0x1f, "48 89 06", "mov [rsi], rax          ; seconds"],
  [0x22, "48 89 56 08", "mov [rsi+8], rdx        ; nanoseconds"],
  [0x26, "31 c0", "xor eax, eax"],
  [0x28, "c3", "ret"],
];

/** 0x30: int gettimeofday(rdi timeval or 0, rsi timezone or 0). */
const getTimeOfDay: readonly Instruction[] = [
  [0x30, "48 85 f6", "test rsi, rsi"],
  [0x33, "74 0f", "jz 0x44                 ; nobody asks for the time zone"],
  [0x35, "57", "push rdi"],
  [0x36, "31 ff", "xor edi, edi"],
  [0x38, "b8 60 00 00 00", "mov eax, 96             ; gettimeofday(0, timezone)"],
  [0x3d, "0f 05", "syscall"],
  [0x3f, "5f", "pop rdi"],
  [0x40, "85 c0", "test eax, eax"],
  [0x42, "75 30", "jnz 0x74"],
  [0x44, "31 c0", "xor eax, eax"],
  [0x46, "48 85 ff", "test rdi, rdi"],
  [0x49, "74 29", "jz 0x74                 ; nobody asks for the time"],
  [0x4b, "48 89 fe", "mov rsi, rdi            ; a timespec fits into the caller's timeval"],
  [0x4e, "31 ff", "xor edi, edi            ; REALTIME"],
  [0x50, "b8 e4 00 00 00", "mov eax, 228"],
  [0x55, "0f 05", "syscall"],
  [0x57, "85 c0", "test eax, eax"],
  [0x59, "75 19", "jnz 0x74"],
  [0x5b, "e8 50 00 00 00", "call 0xb0               ; shifted"],
  [0x60, "48 89 06", "mov [rsi], rax          ; seconds"],
  [0x63, "89 d0", "mov eax, edx"],
  [0x65, "31 d2", "xor edx, edx"],
  [0x67, "b9 e8 03 00 00", "mov ecx, 1000"],
  [0x6c, "f7 f1", "div ecx                 ; nanoseconds to microseconds, rounded down"],
  [0x6e, "48 89 46 08", "mov [rsi+8], rax"],
  [0x72, "31 c0", "xor eax, eax"],
  [0x74, "c3", "ret"],
];

/** 0x80: long time(rdi place or 0). */
const time: readonly Instruction[] = [
  [0x80, "57", "push rdi"],
  [0x81, "48 83 ec 10", "sub rsp, 16             ; a timespec"],
  [0x85, "48 89 e6", "mov rsi, rsp"],
  [0x88, "31 ff", "xor edi, edi            ; REALTIME"],
  [0x8a, "b8 e4 00 00 00", "mov eax, 228"],
  [0x8f, "0f 05", "syscall"],
  [0x91, "85 c0", "test eax, eax"],
  [0x93, "75 05", "jnz 0x9a                ; refused by a filter: the error is the answer"],
  [0x95, "e8 16 00 00 00", "call 0xb0               ; shifted"],
  [0x9a, "48 83 c4 10", "add rsp, 16"],
  [0x9e, "5f", "pop rdi"],
  [0x9f, "48 85 ff", "test rdi, rdi"],
  [0xa2, "74 03", "jz 0xa7"],
  [0xa4, "48 89 07", "mov [rdi], rax"],
  [0xa7, "c3", "ret"],
];

/**
 * 0xb0: shifted(rsi timespec as read) to rax seconds and rdx nanoseconds, 0 <= rdx < 1e9; destroys rcx. In 64 bits for the
 * years 1678 to 2262. The complement is read before the offset, and written after it: when the two fit, none was half written.
 */
const shifted: readonly Instruction[] = [
  [0xb0, "48 8b 0d 41 00 00 00", "mov rcx, [rip+0x41]     ; 0xf8, the complement"],
  [0xb7, "48 8b 15 32 00 00 00", "mov rdx, [rip+0x32]     ; 0xf0, the offset: eight aligned bytes"],
  [0xbe, "48 f7 d1", "not rcx"],
  [0xc1, "48 39 d1", "cmp rcx, rdx"],
  [0xc4, "75 ea", "jne 0xb0                ; an update is under way: look again"],
  [0xc6, "48 69 06 00 ca 9a 3b", "imul rax, [rsi], 1000000000"],
  [0xcd, "48 03 46 08", "add rax, [rsi+8]"],
  [0xd1, "48 01 d0", "add rax, rdx"],
  [0xd4, "48 99", "cqo"],
  [0xd6, "b9 00 ca 9a 3b", "mov ecx, 1000000000"],
  [0xdb, "48 f7 f9", "idiv rcx                ; rounds towards zero ..."],
  [0xde, "48 85 d2", "test rdx, rdx"],
  [0xe1, "79 06", "jns 0xe9"],
  [0xe3, "48 01 ca", "add rdx, rcx            ; ... times before 1970 need to be rounded down"],
  [0xe6, "48 ff c8", "dec rax"],
  [0xe9, "c3", "ret"],
];

const codeSizeBytes = 0xf0;

/** 0x00 code, 0xf0 the offset and its complement, 0x100 the saved bytes of the three entries (eight bytes each, five used). */
export const stubX8664: StubLayout = {
  sizeBytes: 0x120,
  code: assemble([...clockGettime, ...getTimeOfDay, ...time, ...shifted]),
  offsetAt: 0xf0,
  entries: [
    { symbol: "__vdso_clock_gettime", codeAt: 0x00, savedAt: 0x100 },
    { symbol: "__vdso_gettimeofday", codeAt: 0x30, savedAt: 0x108 },
    { symbol: "__vdso_time", codeAt: 0x80, savedAt: 0x110 },
  ],
};

/** The offset as the stub reads it: eight bytes, nanoseconds, signed; and their complement. To be written at once. */
export function encodeOffset(offsetNs: bigint): Uint8Array {
  const bytes = new Uint8Array(offsetSizeBytes);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, offsetNs, true);
  view.setBigInt64(8, ~offsetNs, true);
  return bytes;
}

/** Undefined for a half-written one. */
export function decodeOffset(bytes: Uint8Array): bigint | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, offsetSizeBytes);
  const offsetNs = view.getBigInt64(0, true);
  return view.getBigInt64(8, true) === ~offsetNs ? offsetNs : undefined;
}

/** Puts every instruction at its position; gaps hold `int3`, which stops whoever strays into them. */
function assemble(instructions: readonly Instruction[]): Uint8Array {
  const code = new Uint8Array(codeSizeBytes).fill(0xcc);
  for (const [at, bytes] of instructions) code.set(Buffer.from(bytes.replaceAll(" ", ""), "hex"), at);
  return code;
}
