import { createHash } from 'node:crypto'
import type { RepositoryId } from '../../contract/ids.ts'
import { parseRepositoryAddress } from '../../contract/repository-address.ts'
import { isRegisteredAddress } from '../../store/repositories.ts'
import type { RunnerContext } from '../context.ts'
import type { Mirror } from '../git/mirrors.ts'

/** `key`: its name among the mirrors of the repository's submodules. */
export type SubmoduleMirror = Mirror & { readonly key: string }

export type FoundMirror =
  | { readonly ok: true; readonly mirror: SubmoduleMirror }
  | { readonly ok: false; readonly message: string }

/**
 * The mirror of an address that a repository names. Who may write there must not have this server's keys at work for them: with
 * those it fetches only what somebody has registered who may, and everything else as nobody. Both never share a mirror.
 */
export async function findMirror(
  { store, files, submoduleSchemes }: Pick<RunnerContext, 'store' | 'files' | 'submoduleSchemes'>,
  repository: RepositoryId,
  text: string,
): Promise<FoundMirror> {
  if (text.length > longest) return { ok: false, message: `its address has more than ${longest} characters` }
  const address = parseRepositoryAddress(text, ['https', 'ssh', 'git'])
  if (address.kind === 'refused') return { ok: false, message: address.message }
  const url = address.kind === 'path' ? address.path : address.url
  const anonymous = !(await isRegisteredAddress(store, url))
  if (anonymous && !submoduleSchemes.some(scheme => url.startsWith(`${scheme}://`)))
    return {
      ok: false,
      message: `it is fetched from ${kindOf(url)} only where that is registered as a repository`,
    }
  const key = createHash('sha256')
    .update(`${anonymous ? 'nobody' : 'server'}\0${url}`)
    .digest('hex')
  const directory = files.submodule(repository, key)
  return { ok: true, mirror: { key, repository, directory, url, default_branch: null, anonymous } }
}

/** As many as that of a repository may have; it is kept with each session. */
const longest = 1_000

const kindOf = (url: string): string =>
  url.startsWith('/') ? 'a path of the server' : `an address of ${/^\w+(?=:\/\/)/.exec(url)?.[0] ?? 'ssh'}`
