import { readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../../../lib/atomic-file.ts'
import { errorCode } from '../../../lib/error-code.ts'
import { UserError } from '../../../lib/user-error.ts'
import { chooseBundle, exportedVariables } from './choose-bundle.ts'
import { joinBundles, whyNoBundle } from './pem.ts'
import { bundlesIn, readSystemStore, type SystemStorePlaces, systemStorePlaces } from './system-store.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Which authorities this host trusts, and how its programs are told. */
export type Certificates = {
  /** Where they come from, never what they are: `SSL_CERT_FILE + system store`. */
  provenance: string
  /** The file to be written before `variables` name it; undefined where there is nothing to merge. */
  merged: { file: string; text: string } | undefined
  /** Set for children, on top of their environment. */
  variables: Readonly<Record<string, string>>
  /** PEM texts for our own connections. */
  trusted(): readonly string[]
}

/** Reads what there is, and writes nothing. Throws a UserError that names the variable of an unusable bundle. */
export function readCertificates(
  root: string,
  environment: Environment,
  places: SystemStorePlaces = systemStorePlaces,
): Certificates {
  const choice = chooseBundle(environment, root, isFile)
  switch (choice.kind) {
    case 'none':
      return {
        provenance: 'system store',
        merged: undefined,
        variables: {},
        trusted: () => [...authoritiesOfNode(), readSystemStore(places).text],
      }
    case 'explicit': {
      const own = choice.path === undefined ? undefined : readOwn('CONDA_SSL_VERIFY', choice.path)
      return {
        provenance:
          own === undefined ? `CONDA_SSL_VERIFY = ${choice.value}, and the system store` : 'CONDA_SSL_VERIFY',
        merged: undefined,
        variables: {},
        // Conda may be told to verify nothing; what is executed here is always verified.
        trusted: () => [...authoritiesOfNode(), own ?? readSystemStore(places).text],
      }
    }
    case 'bundle': {
      const own = readOwn(choice.variable, choice.path)
      const system = readSystemStore(places)
      if (system.file === realpathSync(choice.path))
        return {
          provenance: `${choice.variable}, which is the system store`,
          merged: undefined,
          variables: exportedVariables(environment, choice.path),
          trusted: () => [...authoritiesOfNode(), own],
        }
      const file = join(root, '.artifacts', 'certs', 'ca-bundle.pem')
      const text = joinBundles([own, system.text])
      return {
        provenance: `${choice.variable} + system store`,
        merged: { file, text },
        variables: exportedVariables(environment, file),
        trusted: () => [...authoritiesOfNode(), text],
      }
    }
  }
}

/** `node:tls` is loaded only here, for who makes connections: a bootstrap with nothing to do makes none. */
const authoritiesOfNode = (): readonly string[] =>
  process.getBuiltinModule('node:tls').getCACertificates('default')

/** Writes the merged bundle where it is not there as it should be. Tells whether it wrote. */
export async function writeCertificates({ merged }: Certificates): Promise<boolean> {
  if (merged === undefined || isWritten(merged)) return false
  try {
    await writeAtomically(merged.file, Buffer.from(merged.text, 'latin1'), { mode: 0o644 })
    return true
  } catch (error) {
    throw new UserError(`the merged certificates cannot be written to ${merged.file}: ${reasonOf(error)}`, {
      fix: 'make the directory writable',
      cause: error,
    })
  }
}

export function isWritten({ file, text }: { file: string; text: string }): boolean {
  try {
    return readFileSync(file, 'latin1') === text && (statSync(file).mode & 0o777) === 0o644
  } catch {
    return false
  }
}

/** A bundle that a variable names. CONDA_SSL_VERIFY may name a directory of them. */
function readOwn(variable: string, path: string): string {
  const unusable = (reason: string, cause?: unknown) =>
    new UserError(`${variable} names ${path}, which is unusable: ${reason}`, {
      fix: `set ${variable} to a file of PEM certificates, or unset it`,
      cause,
    })
  try {
    if (statSync(path).isDirectory()) {
      const texts = bundlesIn(path)
      if (texts.length === 0) throw unusable('the directory holds no certificate in PEM form')
      return joinBundles(texts)
    }
    const text = readFileSync(path, 'latin1')
    const reason = whyNoBundle(text)
    if (reason !== undefined) throw unusable(reason)
    return text
  } catch (error) {
    if (error instanceof UserError) throw error
    throw unusable(reasonOf(error), error)
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function reasonOf(error: unknown): string {
  switch (errorCode(error)) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EACCES':
      return 'it may not be accessed'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
