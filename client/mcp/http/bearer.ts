import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { open } from 'node:fs/promises'
import { fileReason } from '../../../lib/file-reason.ts'
import { UserError } from '../../../lib/user-error.ts'
import { visible } from '../../../lib/visible.ts'

/** What a client of this server has to bear: 256 random bits. It opens this server alone, and dies with it. */
export const newBearer = (): string => randomBytes(32).toString('base64url')

/** Long enough that nobody guesses it, short enough for a header. */
const form = /^[\x21-\x7e]{32,512}$/
const longestFile = 1_024

/** The bearer that a file keeps. Throws a UserError that names the file and what is wrong with it. */
export async function readBearer(path: string): Promise<string> {
  const refuse = (reason: string, fix?: string) =>
    new UserError(`--bearer-file ${visible(path)}: ${reason}`, { fix })
  let text: string
  try {
    await using file = await open(path)
    const { mode, size } = await file.stat()
    if ((mode & 0o077) !== 0) throw refuse('others may read it', `chmod 600 ${path}`)
    if (size > longestFile) throw refuse('it is too large for a bearer')
    text = (await file.readFile('utf8')).trim()
  } catch (error) {
    if (error instanceof UserError) throw error
    throw refuse(fileReason(error))
  }
  if (form.test(text)) return text
  throw refuse(
    'expected 32 to 512 printable characters without spaces',
    `such as: (umask 077; openssl rand -hex 32 > ${path})`,
  )
}

/** Whether an Authorization header bears it; takes as long for one that is nearly right. */
export function bears(authorization: string | undefined, bearer: string): boolean {
  const [, given = ''] = /^bearer +(\S+) *$/i.exec(authorization ?? '') ?? []
  const [one, other] = [given, bearer].map(text => createHash('sha256').update(text).digest())
  return one !== undefined && other !== undefined && timingSafeEqual(one, other)
}
