import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { removeTree } from '../../lib/remove-tree.ts'
import type { Phase } from './phase.ts'

export const readme = '# A small repository\n'

/** Made anew each time: a run that was cut off may have left half of one. */
export async function seedClient({ places: { client }, clientFiles, exec }: Phase): Promise<void> {
  await removeTree(client)
  await mkdir(client, { mode: 0o700 })
  for (const [name, content] of Object.entries({ ...clientFiles, 'README.md': readme })) {
    const file = join(client, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  const git = (...args: string[]) => exec('git', args, { cwd: client })
  await git('init', '--quiet', '--initial-branch', 'main')
  await git('add', '--all')
  const author = ['-c', 'user.name=Debug Server smoke', '-c', 'user.email=smoke@localhost']
  await git(...author, 'commit', '--quiet', '--message', 'Seed the client repository')
}
