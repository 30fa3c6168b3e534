import { availableParallelism } from 'node:os'
import { task } from '../engine/task.ts'

/**
 * The gates for the sources and the docs: `check --code`, or one alone. Each is up to date until a file changes that it
 * looks at. With `--keep-going` one run shows all that is wrong. None starts a server: what the pages tell to type is run by the
 * tests (decision 0143).
 */

/** Every file of the checkout that git would take, but for what is installed and what is written at run time. */
const everything = ['**'] as const

export const lint = task({
  describe: 'Check format and lint of the sources',
  inputs: everything,
  timeout: '5m',
  run: ['node_modules/.bin/biome', 'check', '--error-on-warnings', '.'],
})

/** Each more does work of the others again: with four on two cores, tsc takes longer than with one, and twice the time of them. */
const checkers = Math.min(4, Math.ceil(availableParallelism() / 2))

export const types = task({
  describe: 'Check the types of the sources',
  inputs: ['**/*.ts', '**/*.mjs', '**/*.cjs', '**/*.json'],
  timeout: '10m',
  run: ['node_modules/.bin/tsc', '--noEmit', '--project', '.', '--checkers', `${checkers}`],
})

export const rules = task({
  describe: 'Check who imports whom',
  inputs: ['**/*.ts', '**/*.mjs', 'package-lock.json'],
  timeout: '5m',
  run: [process.execPath, 'tests/architecture.test.ts'],
})

export const generatedDocs = task({
  describe: 'Check that the generated parts of the docs are what they should be',
  inputs: everything,
  timeout: '2m',
  run: [process.execPath, 'tasks/docs/main.ts'],
})

export const docs = task({
  describe: 'Check the links of the docs, the commands in them, and their generated parts',
  inputs: everything,
  needs: { generatedDocs },
  timeout: '2m',
  run: async (_, { root, exec, log }) => {
    const { checkDocs } = await import('./check-docs.ts')
    await checkDocs(root, exec, log)
  },
})

/** Written by a program of its own: the surfaces that it asks are none of the tasks' business. */
export const docsWrite = task({
  describe: 'Write the generated parts of the docs anew',
  timeout: '2m',
  run: [process.execPath, 'tasks/docs/main.ts', '--write'],
})

export const code = task({
  describe:
    'Check the sources and the docs: format, lint, types, imports, links, and that each command in the docs is one',
  needs: { lint, types, rules, docs },
  run: (_, { print }) => print('format, lint, types, import rules and docs: ok\n'),
})
