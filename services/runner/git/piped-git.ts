import { mostStderr, type StartGit } from './git-process.ts'

/** Starts git as a child of this process, which hears everything as soon as it is said. */
export const startPiped: StartGit = async (scope, { args, environment, directory, input, heard }) => {
  const child = scope.spawn('git', args, {
    env: environment,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    cwd: directory,
  })
  child.stdin?.on('error', () => undefined).end(input)
  const chunks: Buffer[] = []
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    heard()
    chunks.push(chunk)
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    heard()
    stderr = (stderr + text).slice(-mostStderr)
  })
  const ended = new Promise<number | null>(resolve => {
    child.once('error', error => {
      stderr += `git could not be started: ${error.message}`
      resolve(null)
    })
    child.once('close', resolve)
  })
  return {
    ended,
    stdout: () => Buffer.concat(chunks).toString('utf8'),
    stderr: () => stderr,
    [Symbol.dispose]: () => undefined,
  }
}
