import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { normalPassword } from '../../contract/password.ts'

/** What scrypt (RFC 7914) may cost: 2^`ln` blocks of `r`·128 bytes of memory, `p` times over. */
export type Cost = { readonly ln: number; readonly r: number; readonly p: number }

/** 32 MiB and a few tenths of a second: what OWASP asks for of scrypt, by the variant with the least memory it advises for servers. */
export const defaultCost: Cost = { ln: 15, r: 8, p: 3 }

export type Derive = (
  password: string,
  salt: Buffer,
  bytes: number,
  options: ScryptOptions,
) => Promise<Buffer>

const derived = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** `$scrypt$ln=15,r=8,p=3$SALT$HASH`, by the PHC string format, so that a cost may change and older hashes stay good. */
const form = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/

export async function hashPassword(
  password: string,
  { ln, r, p }: Cost,
  derive: Derive = derived,
): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(normalPassword(password), salt, 32, optionsOf({ ln, r, p }))
  return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(hash)}`
}

/** What no password has, and what takes as long to be compared with as any hash of this cost. */
export const nobodysHash = ({ ln, r, p }: Cost): string =>
  `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(randomBytes(16))}$${unpadded(randomBytes(32))}`

/** Throws where that is no hash of ours. */
export async function isPassword(
  password: string,
  stored: string,
  derive: Derive = derived,
): Promise<boolean> {
  const [, ln, r, p, salt, hash] = form.exec(stored) ?? []
  if (salt === undefined || hash === undefined)
    throw new Error('a password is kept in a form that is not known')
  const expected = Buffer.from(hash, 'base64')
  const options = optionsOf({ ln: Number(ln), r: Number(r), p: Number(p) })
  const found = await derive(normalPassword(password), Buffer.from(salt, 'base64'), expected.length, options)
  return timingSafeEqual(found, expected)
}

const optionsOf = ({ ln, r, p }: Cost): ScryptOptions => {
  const N = 2 ** ln
  return { N, r, p, maxmem: 128 * N * r + 128 * r * p + 1_048_576 }
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
