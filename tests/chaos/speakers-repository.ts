import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** Makes a repository that holds the program of the commands. */
export function makeSpeakersRepository(room: string): void {
  mkdirSync(room)
  for (const file of ['random.ts', 'speech.ts', 'speaker.ts'])
    cpSync(join(import.meta.dirname, file), join(room, file))
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: room })
  git('init', '-q', '-b', 'main')
  git('add', '-A')
  git('commit', '-q', '-m', 'speaker')
}
