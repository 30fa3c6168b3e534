import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { removeTree } from '../../lib/remove-tree.ts'
import type { Phase } from './phase.ts'

export const readme = '# A small repository\n'

/** What agents and sessions work on: a program whose test fails, at `average.py:2`. */
const files = {
  'README.md': readme,
  'average.py': `\
def average(numbers):
    return sum(numbers) / (len(numbers) - 1)
`,
  'test_average.py': `\
import unittest

from average import average


class TestAverage(unittest.TestCase):
    def test_of_one_number(self):
        self.assertEqual(average([4]), 4)
`,
}

/** Made anew each time: a run that was cut off may have left half of one. */
export async function seedClient({ places: { client }, exec }: Phase): Promise<void> {
  await removeTree(client)
  await mkdir(client, { mode: 0o700 })
  for (const [name, content] of Object.entries(files)) await writeFile(join(client, name), content)
  const git = (...args: string[]) => exec('git', args, { cwd: client })
  await git('init', '--quiet', '--initial-branch', 'main')
  await git('add', '--all')
  const author = ['-c', 'user.name=Debug Server smoke', '-c', 'user.email=smoke@localhost']
  await git(...author, 'commit', '--quiet', '--message', 'Seed the client repository')
}
