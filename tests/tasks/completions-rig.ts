import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from '../until.ts'
import { cli, finish, type Place, Running } from './cli-rig.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

/** Why a test of this shell cannot run here, if it cannot. */
export function missing(shell: Shell): string | false {
  return spawnSync(shell, ['--version']).status === 0 ? false : `${shell} is not installed`
}

const starts: Readonly<Record<Shell, readonly string[]>> = {
  bash: ['--norc', '--noprofile', '-i'],
  zsh: ['-f', '-i'],
  fish: ['--no-config', '-i'],
}

/** Programs for a place: `task` is the real one, on PATH and in node_modules; `say` writes its arguments to a file. */
export function programsOf(place: Place): string {
  const program = `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`
  for (const name of ['bin/task', 'node_modules/.bin/task']) chmodSync(place.write(name, program), 0o755)
  const said = JSON.stringify(join(place.path, 'said.json'))
  const say = `#!${process.execPath}
const { renameSync, writeFileSync } = require('node:fs')
writeFileSync(${said} + '.new', JSON.stringify(process.argv.slice(2)))
renameSync(${said} + '.new', ${said})
`
  chmodSync(place.write('bin/say', say), 0o755)
  return join(place.path, 'bin')
}

export async function scriptOf(shell: Shell, place: Place): Promise<string> {
  const { stdout } = await finish(['completions', shell], { cwd: place.path })
  return place.write(`script.${shell}`, stdout)
}

const prompt = '<>'
/** In two parts, so that it is not in what is typed. */
const setPrompt: Readonly<Record<Shell, string>> = {
  bash: "PS1='<''>'",
  zsh: "PROMPT='<''>'",
  fish: "function fish_prompt; echo -n '<''>'; end",
}

/** A shell in a terminal, in which somebody types. */
export class Typist implements AsyncDisposable {
  readonly #running: Running
  readonly #said: string
  readonly #setPrompt: string

  constructor(shell: Shell, place: Place, bin: string) {
    const terminal = fileURLToPath(new URL('terminal.py', import.meta.url))
    this.#said = join(place.path, 'said.json')
    this.#setPrompt = setPrompt[shell]
    this.#running = new Running('python3', [terminal, '200', '50', shell, ...starts[shell]], {
      cwd: place.path,
      env: {
        PATH: `${bin}:${process.env.PATH}`,
        HOME: place.path,
        TERM: 'xterm',
        SHELL: undefined,
        INPUTRC: '/dev/null',
        // npx sets it, and zsh takes it for the keys of its line editor.
        EDITOR: 'emacs',
        VISUAL: undefined,
      },
    })
  }

  /** Runs a line, and waits for its end. The first one also gives the shell a prompt that can be waited for. */
  async run(line: string): Promise<void> {
    this.#type(`${this.#setPrompt}; ${line}; say ready\n`)
    await this.#words()
  }

  /** Types a command, with its tabs, and returns the words that the shell makes of it: it is not run. */
  async words(line: string): Promise<readonly string[]> {
    const toTheStart = '\u0001'
    this.#type(`${line}${toTheStart}say \n`)
    return this.#words()
  }

  /** Types keys, and waits until the terminal shows something. */
  async shows(keys: string, pattern: RegExp): Promise<void> {
    this.#running.stdout = ''
    this.#type(keys)
    await this.#running.shows(pattern)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#running.child.kill('SIGKILL')
    await this.#running.end()
  }

  #type(keys: string): void {
    this.#running.child.stdin?.write(keys)
  }

  async #words(): Promise<readonly string[]> {
    try {
      await until('what was typed', () => existsSync(this.#said))
    } catch (cause) {
      throw new Error(this.#running.stdout + this.#running.stderr, { cause })
    }
    // What is typed before the shell listens again is not edited as a line.
    await until('the prompt', () => this.#running.stdout.split('\n').at(-1)?.includes(prompt))
    const words: readonly string[] = JSON.parse(readFileSync(this.#said, 'utf8'))
    rmSync(this.#said)
    return words
  }
}
