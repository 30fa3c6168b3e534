import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { findBinaries, searchBinaries } from '../../../tasks/bootstrap/binaries.ts'
import { installCommand } from '../../../tasks/bootstrap/install-command.ts'
import { directory } from './place.ts'

t.test('programs: found on PATH, all missing ones named at once', async t => {
  const bin = directory(t)
  writeFileSync(join(bin, 'present'), '#!/bin/sh\n')
  writeFileSync(join(bin, 'apt-get'), '#!/bin/sh\n')
  writeFileSync(join(bin, 'no-program'), '')
  mkdirSync(join(bin, 'folder'))
  for (const program of ['present', 'apt-get']) chmodSync(join(bin, program), 0o755)
  const environment = { PATH: `/nowhere:${bin}` }
  t.same(findBinaries(['present'], environment), [{ name: 'present', path: join(bin, 'present') }])
  t.throws(() => findBinaries(['present', 'absent', 'no-program', 'folder'], environment), {
    name: 'UserError',
    message: 'not on PATH: absent, no-program, folder',
    fix: 'install them: apt-get install absent no-program folder',
  })
  t.throws(() => findBinaries(['present'], {}), {
    message: 'not on PATH: present',
    fix: 'install it, or put it on PATH',
  })
  t.same(searchBinaries(['absent', 'present', 'absent'], environment.PATH), {
    found: [{ name: 'present', path: join(bin, 'present') }],
    missing: ['absent'],
  })
})

t.test(
  'what to type: in the words of the package manager that is there, and of what its packages are called',
  async t => {
    const on =
      (...programs: string[]) =>
      (program: string) =>
        programs.includes(program)
    const wanted = ['git', 'dlv', 'lldb-dap', 'python3']
    t.equal(installCommand(wanted, on('apt-get', 'conda')), 'apt-get install git delve lldb python3')
    t.equal(installCommand(wanted, on('brew', 'conda')), 'brew install git delve llvm python')
    t.equal(installCommand(['node', 'npm'], on('conda')), 'conda install -c conda-forge nodejs')
    t.equal(installCommand(wanted, on()), undefined)
  },
)
