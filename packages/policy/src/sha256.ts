/**
 * SHA-256 in plain JavaScript: digests must come out in one synchronous step in every runtime, browsers included, and
 * no runtime offers that without its own module. Used when a document is read, never while a call is judged.
 */

const fractionBits = (value: number): number => ((value - Math.floor(value)) * 2 ** 32) | 0

/** The constants of FIPS 180-4 are defined by the first primes: roots' fractions, 8 square and 64 cube. */
const constants = (): { readonly initial: readonly number[]; readonly rounds: readonly number[] } => {
  const primes: number[] = []
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return {
    initial: primes.slice(0, 8).map((prime) => fractionBits(Math.sqrt(prime))),
    rounds: primes.map((prime) => fractionBits(Math.cbrt(prime))),
  }
}

const rotate = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits))

/** UTF-8 of a string in blocks of 64 bytes, with the padding that the standard asks for. A lone surrogate becomes U+FFFD. */
const blocksOf = (text: string): DataView => {
  // A code unit takes at most three bytes; the padding takes one and the length eight.
  const bytes = new Uint8Array(Math.ceil((text.length * 3 + 9) / 64) * 64)
  let length = 0
  for (let i = 0; i < text.length; i++) {
    let code = text.codePointAt(i) as number
    if (code < 0x80) {
      bytes[length++] = code
      continue
    }
    if (code > 0xffff) i++
    else if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd
    if (code < 0x800) bytes[length++] = 0xc0 | (code >> 6)
    else {
      if (code < 0x10000) bytes[length++] = 0xe0 | (code >> 12)
      else {
        bytes[length++] = 0xf0 | (code >> 18)
        bytes[length++] = 0x80 | ((code >> 12) & 63)
      }
      bytes[length++] = 0x80 | ((code >> 6) & 63)
    }
    bytes[length++] = 0x80 | (code & 63)
  }
  bytes[length] = 0x80
  const view = new DataView(bytes.buffer, 0, Math.ceil((length + 9) / 64) * 64)
  view.setUint32(view.byteLength - 8, Math.floor(length / 2 ** 29))
  view.setUint32(view.byteLength - 4, length << 3)
  return view
}

/** 64 hex digits. */
export const sha256 = (text: string): string => {
  const { initial, rounds } = constants()
  const hash = Int32Array.from(initial)
  const words = new Int32Array(64)
  const view = blocksOf(text)
  for (let offset = 0; offset < view.byteLength; offset += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(offset + i * 4)
    for (let i = 16; i < 64; i++) {
      const w15 = words[i - 15] as number
      const w2 = words[i - 2] as number
      const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3)
      const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10)
      words[i] = ((words[i - 16] as number) + s0 + (words[i - 7] as number) + s1) | 0
    }
    let [a, b, c, d, e, f, g, h] = hash as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    for (let i = 0; i < 64; i++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (rounds[i] as number) + (words[i] as number)) | 0
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) hash[i] = ((hash[i] as number) + word) | 0
  }
  return Array.from(hash, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}
