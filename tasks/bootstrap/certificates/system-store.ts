import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { joinBundles, whyNoBundle } from './pem.ts'

/**
 * Where systems keep the authorities they trust: OpenSSL's default file under the names it has on Debian, Fedora, SUSE,
 * Alpine and macOS, else the directory. Node could tell as well, but it reads SSL_CERT_FILE for it, which names the very
 * bundle that is to be merged.
 */
export type SystemStorePlaces = { files: readonly string[]; directories: readonly string[] }

export const systemStorePlaces: SystemStorePlaces = {
  files: [
    '/etc/ssl/certs/ca-certificates.crt',
    '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
    '/etc/pki/tls/certs/ca-bundle.crt',
    '/etc/ssl/ca-bundle.pem',
    '/etc/ssl/cert.pem',
  ],
  directories: ['/etc/ssl/certs', '/etc/pki/tls/certs'],
}

export type SystemStore = {
  /** Undefined where the store is no one file. */
  file: string | undefined
  text: string
}

/** The system's store; on a host that has none, the authorities that Node brings. */
export function readSystemStore({ files, directories }: SystemStorePlaces): SystemStore {
  for (const file of files) {
    const text = readBundle(file)
    if (text !== undefined) return { file: realpathSync(file), text }
  }
  for (const directory of directories) {
    const texts = bundlesIn(directory)
    if (texts.length > 0) return { file: undefined, text: joinBundles(texts) }
  }
  // Loaded only here, for hardly any host has no store.
  const { rootCertificates } = process.getBuiltinModule('node:tls')
  return { file: undefined, text: joinBundles(rootCertificates) }
}

/** The bundles in a directory, which holds each under several names: a link by its hash, and the file itself. */
export function bundlesIn(directory: string): string[] {
  try {
    const files = readdirSync(directory).sort()
    return [...new Set(files.flatMap(name => readBundle(join(directory, name)) ?? []))]
  } catch {
    return []
  }
}

function readBundle(file: string): string | undefined {
  try {
    if (!statSync(file).isFile()) return undefined
    const text = readFileSync(file, 'latin1')
    return whyNoBundle(text) === undefined ? text : undefined
  } catch {
    return undefined // not there, or not for us: the next one may be
  }
}
