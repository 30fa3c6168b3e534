import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { fileReason } from '../../../lib/file-reason.ts'
import { UserError } from '../../../lib/user-error.ts'

/** Paths of PEM files: the certificate with those that lead to its authority, and its key. */
export type CertificateFiles = { readonly certificate: string; readonly key: string }

export type Certificate = { readonly cert: string; readonly key: string; readonly validTo: Date }

/** Reads both and sees that they belong together; a UserError names the file with which something is wrong. Never tells what stands in them. */
export async function readCertificate({ certificate, key }: CertificateFiles): Promise<Certificate> {
  const cert = await textOf(certificate)
  const secret = await textOf(key)
  const { mode } = await stat(key)
  if ((mode & 0o077) !== 0)
    throw new UserError(`others than its owner may use the key ${key}`, { fix: `chmod 600 ${key}` })
  const parsed = parse(certificate, 'a certificate', () => new X509Certificate(cert))
  const privateKey = parse(key, 'a key without a passphrase', () => createPrivateKey(secret))
  if (!parsed.checkPrivateKey(privateKey)) throw new UserError(`${key} is not the key of ${certificate}`)
  const validTo = new Date(parsed.validTo)
  return { cert, key: secret, validTo }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${fileReason(error)}`, { cause: error })
  }
}

function parse<T>(path: string, what: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new UserError(`${path} holds no ${what.replace(/^a /, '')} in PEM`, { cause: error })
  }
}
