import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import t from 'tap'
import type { Tree } from '../rig.ts'

/** An npm that does what `.npmrc` says, as a shell: what a package may do when it is installed. */
const directory = mkdtempSync(join(tmpdir(), 'npm-'))
t.teardown(() => rmSync(directory, { recursive: true, force: true }))
const program = '#!/bin/sh\nif [ "$1" = --version ]; then echo 1.0; exit; fi\n. ./.npmrc\n'
writeFileSync(join(directory, 'npm'), program, { mode: 0o755 })

/** PATH of a runner that finds it. */
export const path = [directory, process.env.PATH].join(delimiter)

/** A project whose build does this. */
export const project = (script: string, more: Tree = {}): Tree => ({
  ...{ 'package.json': '{}', 'package-lock.json': '{}', '.npmrc': `${script}\n` },
  ...more,
})
