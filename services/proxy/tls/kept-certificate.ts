import { stat } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { Clock } from '../../../lib/clock.ts'
import { UserError } from '../../../lib/user-error.ts'
import { type Certificate, type CertificateFiles, readCertificate } from './certificate.ts'

/** How long before its end a certificate is told of, in milliseconds. */
const warnsMs = 7 * 86_400_000

export type Watching = {
  /** The one that is used, which has just been read. */
  readonly current: Certificate
  /** How often the files are looked at, in milliseconds. */
  readonly every: number
  readonly log: Logger
  readonly clock: Clock
  readonly use: (certificate: Certificate) => void
  readonly read?: (files: CertificateFiles) => Promise<Certificate>
}

/**
 * Looks at the files of a certificate again and again, and hands on what has changed. What is not valid is told in the log,
 * and the one before stays; so is, once, that the one which is used ends within a week, and that it has.
 */
export function watchCertificate(
  files: CertificateFiles,
  { current, every, log, clock, use, read = readCertificate }: Watching,
): Disposable {
  let [known, isFirst]: [string | undefined, boolean] = [undefined, true]
  let { validTo } = current
  let [refused, ending]: (string | undefined)[] = []
  const look = async () => {
    const stamp = await stampOf(files)
    if (isFirst) known = stamp
    isFirst = false
    if (stamp === known) return
    try {
      const certificate = await read(files)
      use(certificate)
      ;({ validTo } = certificate)
      known = stamp
      refused = undefined
      log.info({ validTo }, 'another certificate is used from now on')
    } catch (error) {
      // It is read again at the next look: what keeps it from being read may pass.
      const why = error instanceof UserError ? error.message : 'it cannot be used'
      if (why !== refused) log.error(`the certificate before is kept: ${why}`)
      refused = why
    }
  }
  const tellEnd = () => {
    const left = validTo.getTime() - clock.now()
    const told = left < 0 ? 'has expired' : left < warnsMs ? 'expires soon' : undefined
    if (told !== ending && told !== undefined) log.error({ validTo }, `the certificate ${told}`)
    ending = told
  }
  let isLooking = false
  const turn = () => {
    if (isLooking) return
    isLooking = true
    void look()
      .then(tellEnd)
      .finally(() => {
        isLooking = false
      })
  }
  const timer = setInterval(turn, every).unref()
  turn()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

/** Changes with either file, also where one is put in the place of another. */
async function stampOf({ certificate, key }: CertificateFiles): Promise<string> {
  const each = await Promise.all(
    [certificate, key].map(path =>
      stat(path, { bigint: true }).then(
        ({ ino, size, mtimeNs, mode }) => [ino, size, mtimeNs, mode].join(),
        () => 'none',
      ),
    ),
  )
  return each.join(' ')
}
