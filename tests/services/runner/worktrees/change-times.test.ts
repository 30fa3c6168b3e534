import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, renameSync, rmSync, statfsSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { changeTimesTell } from '../../../../services/runner/worktrees/change-times.ts'
import { DiskThread } from '../../../../services/runner/worktrees/disk-thread.ts'
import { commit, git } from '../rig.ts'

const memory = '/dev/shm'
const isTmpfs = () => {
  try {
    return statfsSync(memory).type === 0x01021994
  } catch {
    return false
  }
}

t.test('an instant that is yet to come proves nothing', t => {
  t.equal(changeTimesTell('.', { since: 2n, now: 1n }), false)
  t.end()
})

/** Writes into a file through a mapping, when its page has been read. */
const script = `
import mmap
file = open('a', 'r+b')
mapped = mmap.mmap(file.fileno(), 0)
mapped[0]
mapped[0:4] = b'evil'
`

t.test(
  'what is written through a mapping is taken out, also on tmpfs, which keeps no time of it',
  { skip: isTmpfs() ? false : `${memory} is no tmpfs` },
  async t => {
    const root = mkdtempSync(join(memory, 'change-times-'))
    t.teardown(() => rmSync(root, { recursive: true }))
    const [checkout, index] = [join(root, 'checkout'), join(root, 'index')]
    git(root, 'init', '--quiet', 'checkout')
    commit(checkout, { a: 'good\n' })
    renameSync(join(checkout, '.git', 'index'), index)
    // As if there were so many files that the index was written some time after this one.
    await delay(50)
    utimesSync(index, new Date(), new Date())
    execFileSync('python3', ['-c', script], { cwd: checkout })
    await using thread = new DiskThread()
    const [fresh, stamps] = [join(root, 'fresh'), join(root, 'stamps')]
    await thread.scrub({ checkout, index, stamps, fresh, provable: true }, new AbortController().signal)
    t.same(readdirSync(checkout), [])
  },
)
