import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { root } from '../cli-rig.ts'
import type { Project } from './project.ts'

interface Program {
  readonly path: string
  readonly text: string
  readonly code: Uint8Array | undefined
}

export const launcher: {
  currentProgram(root: string, name: string, kind: string): Program | undefined
  kindOfRun(words: readonly string[]): string
  nameOfWords(words: readonly string[]): string
  placeOf(root: string, name: string): string
} = await import(pathToFileURL(join(root, 'tasks/launch.mjs')).href)

export const currentProgram = (root: string) => launcher.currentProgram(root, 'task', 'run')?.path

/** Takes the place of what compiles the program, which takes most of the time. */
export function compileNothing(project: Project): void {
  project.write(
    'tasks/prepare/practise-main.ts',
    `import { writeFileSync } from 'node:fs'
for (const kind of ['run', 'complete', 'brief', 'unchanged', 'commands']) writeFileSync(kind + '.code', 'x'.repeat(2_000))`,
  )
}

/** The preparation of a copy of the project, by the copy itself. */
export async function prepareIn({ path, main }: Project): Promise<void> {
  // Whatever the copy consists of has to be older than the preparation.
  await delay(20)
  const module: Pick<typeof import('../../../tasks/prepare/prepare.ts'), 'prepare'> = await import(
    pathToFileURL(join(path, 'tasks/prepare/prepare.ts')).href
  )
  await module.prepare(path, { name: 'task', main }, launcher.placeOf(path, 'task'))
}
