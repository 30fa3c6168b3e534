import { stat } from 'node:fs/promises'
import type { Logger } from 'pino'
import { UserError } from '../../../lib/user-error.ts'
import { type Certificate, type CertificateFiles, readCertificate } from './certificate.ts'

/**
 * Looks at the files of a certificate again and again, and hands on what has changed. What is not valid is told in the log,
 * and the one before stays.
 */
export function watchCertificate(
  files: CertificateFiles,
  { every, log, use }: { every: number; log: Logger; use: (certificate: Certificate) => void },
): Disposable {
  let known: string | undefined
  let isLooking = false
  const look = async () => {
    const stamp = await stampOf(files)
    if (stamp === known) return
    const isFirst = known === undefined
    known = stamp
    if (isFirst) return
    try {
      const certificate = await readCertificate(files)
      use(certificate)
      log.info({ validTo: certificate.validTo }, 'another certificate is used from now on')
    } catch (error) {
      const why = error instanceof UserError ? error.message : 'it cannot be used'
      log.error(`the certificate before is kept: ${why}`)
    }
  }
  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    void look().finally(() => {
      isLooking = false
    })
  }, every).unref()
  void look()
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
