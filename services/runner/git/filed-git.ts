import { isDiskFull } from '../../../lib/disk-full.ts'
import { monotonicMs } from '../../../lib/monotonic.ts'
import { UnnamedFile } from '../../../lib/unnamed-file.ts'
import { findExecutable } from '../commands/find-executable.ts'
import type { StartOnce, StartRequest } from '../spawning/started-process.ts'
import { mostStderr, type StartGit } from './git-process.ts'

export type QuickStart = {
  /** Who starts programs quickly; that is not this process. */
  readonly start: StartOnce
  /** Where files are made that have no name. */
  readonly scratch: string
}

/**
 * Starts git by somebody who is quick at it. What it reads and writes are files then, which nobody else sees; where there is no
 * room for these, nobody can tell how it ends.
 */
export function filedGit({ start, scratch }: QuickStart): StartGit {
  let found: string | undefined
  return async (scope, { args, environment, directory, input }) => {
    found ??= await findGit(environment.PATH ?? '')
    using opened = new DisposableStack()
    const files = unnamedFiles(opened, scratch, input)
    if (files === undefined) return undefined
    const { stdin, stdout, stderr } = files
    const at = monotonicMs()
    const request: StartRequest = {
      words: [found, ...args],
      environment: scope.environment(environment),
      directory,
      descriptors: [stdin?.descriptor ?? 'ignore', stdout.descriptor, stderr.descriptor],
    }
    const started = await start(request).catch(error => {
      // It may be somewhere else by now.
      found = undefined
      throw error
    })
    if (started === 'untold' || scope.closed) return undefined
    scope.adopt(started.pid, at)
    const life = opened.move()
    return {
      // On a full disk it fails, and cannot say why.
      ended: started.ended.then(code => (code === 0 || stdout.hasRoom() ? code : 'untold')),
      stdout: () => stdout.read().toString('utf8'),
      stderr: () => stderr.read().toString('utf8').slice(-mostStderr),
      [Symbol.dispose]: () => life.dispose(),
    }
  }
}

/** Undefined where the disk is full. */
function unnamedFiles(opened: DisposableStack, scratch: string, input: string | undefined) {
  const file = () => opened.use(new UnnamedFile(scratch))
  try {
    const stdin = input === undefined ? undefined : file()
    stdin?.write(input ?? '')
    return { stdin, stdout: file(), stderr: file() }
  } catch (error) {
    if (isDiskFull(error)) return undefined
    throw error
  }
}

async function findGit(path: string): Promise<string> {
  const found = await findExecutable('git', path, '/')
  if (found.found) return found.path
  throw new Error(found.message)
}
