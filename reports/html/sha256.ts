// SHA-256 (FIPS 180-4), so that a page can name the hash of its own script without anything but the language. Pure.

/** Of the UTF-8 bytes of a text, in base64, as `Content-Security-Policy` wants it. */
export function sha256Base64(text: string): string {
  return btoa(String.fromCharCode(...sha256(new TextEncoder().encode(text))));
}

const initial = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
const constants = fractionsOfCubeRoots(64);

/** The 32 bytes of the digest. */
export function sha256(message: Uint8Array): Uint8Array {
  const bytes = padded(message);
  const view = new DataView(bytes.buffer);
  const hash = Uint32Array.from(initial);
  for (let block = 0; block < bytes.length; block += 64) compress(hash, schedule(view, block));
  const digest = new DataView(new ArrayBuffer(32));
  hash.forEach((word, index) => digest.setUint32(index * 4, word));
  return new Uint8Array(digest.buffer);
}

/** Section 5.1.1: a one bit, zeros, the length in bits. */
function padded(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  bytes.set(message);
  bytes[message.length] = 0x80;
  new DataView(bytes.buffer).setBigUint64(bytes.length - 8, BigInt(message.length) * 8n);
  return bytes;
}

/** Section 6.2.2, step 1. */
function schedule(view: DataView, block: number): Uint32Array {
  const words = new Uint32Array(64);
  for (let index = 0; index < 16; index++) words[index] = view.getUint32(block + index * 4);
  for (let index = 16; index < 64; index++) {
    const [a, b] = [at(words, index - 15), at(words, index - 2)];
    words[index] = (rotated(b, 17) ^ rotated(b, 19) ^ (b >>> 10)) + at(words, index - 7) + (rotated(a, 7) ^ rotated(a, 18) ^ (a >>> 3)) + at(words, index - 16);
  }
  return words;
}

/** Section 6.2.2, steps 2 to 4. */
function compress(hash: Uint32Array, words: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let index = 0; index < 64; index++) {
    const first = (h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + ((e & f) ^ (~e & g)) + at(constants, index) + at(words, index)) | 0;
    const second = ((rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, index) => (hash[index] = at(hash, index) + value));
}

function rotated(value: number, bits: number): number {
  return (value >>> bits) | (value << (32 - bits));
}

function at(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

/** Section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first primes; by integer arithmetic, since `Math.cbrt` may round. */
function fractionsOfCubeRoots(count: number): Uint32Array {
  const found = new Uint32Array(count);
  let index = 0;
  for (let candidate = 2; index < count; candidate++) if (isPrime(candidate)) found[index++] = Number(cubeRoot(BigInt(candidate) << 96n) & 0xffffffffn);
  return found;
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) return false;
  return true;
}

/** The largest integer whose cube is not above `value`. */
function cubeRoot(value: bigint): bigint {
  let [low, high] = [0n, 1n << 40n];
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** 3n <= value) low = middle;
    else high = middle - 1n;
  }
  return low;
}
