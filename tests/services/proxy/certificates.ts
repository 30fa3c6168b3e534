import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** Certificates that sign themselves, made anew into the same files: each names its own subject. */
export function certificates(t: Pick<Test, 'teardown'>) {
  const directory = mkdtempSync(join(tmpdir(), 'certificates-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const files = { certificate: join(directory, 'cert.pem'), key: join(directory, 'key.pem') }
  const make = (name: string) => {
    const [cert, key] = [`${files.certificate}.new`, `${files.key}.new`]
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-nodes',
          '-days',
          '2',
          '-subj',
          `/CN=${name}`,
          '-addext',
          'subjectAltName=DNS:localhost',
        ],
        ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', key, '-out', cert],
      ],
      { stdio: 'ignore' },
    )
    chmodSync(key, 0o600)
    renameSync(key, files.key)
    renameSync(cert, files.certificate)
  }
  return { files, make }
}
