import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { ConnectionFlags } from '../../config/client/load.ts'
import { type Settings, tokenName } from '../../config/client/resolve.ts'
import { exitCodes } from './exit-codes.ts'
import type { Io } from './io.ts'
import type { LocalName } from './leaves.ts'
import type { Asked } from './operation-command.ts'
import { createProgram } from './program.ts'
import type { SecretReader } from './read-secret.ts'
import { paintFor } from './render/paint.ts'
import { reportOf, reportText } from './report-error.ts'
import type { CliName, RenderContext } from './words/words.ts'

type Flags = ConnectionFlags & { readonly json?: true; readonly verbose?: true }

/** Runs one command line to its end and resolves with the exit code. It never rejects. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const invocation = new Invocation(io)
  try {
    return await invocation.run(args)
  } catch (error) {
    const { exitCode, problem } = reportOf(error, invocation)
    if (problem !== undefined)
      io.stderr.write(
        asksForJson(args)
          ? `${JSON.stringify(problem)}\n`
          : reportText(problem, paintFor(io.stderr, io.environment)),
      )
    return exitCode
  }
}

/** `help X` is `X --help`; and, since nothing of a line that is wrong is parsed, what it asks for is looked up here. */
export const withoutHelpWord = (args: readonly string[]): readonly string[] =>
  args[0] === 'help' ? [...args.slice(1), '--help'] : args

export function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return (end === -1 ? args : args.slice(0, end)).includes('--json')
}

/** Of the package that this program belongs to; read here, since config/ loads its schemas first. */
async function versionOf(root: string): Promise<string> {
  const { version }: { version?: unknown } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  return String(version)
}

class Invocation {
  readonly #io: Io
  #settings: Settings | undefined
  #session: string | undefined
  #exitCode: number = exitCodes.success

  constructor(io: Io) {
    this.#io = io
  }

  /** For an error about the token: which one it was. */
  get tokenFrom(): string {
    return tokenName(this.#settings)
  }

  /** Which session was named, for a hint that is about the same one. */
  get session(): string | undefined {
    return this.#session
  }

  async run(args: readonly string[]): Promise<number> {
    if (args[0] === '--complete') {
      const { complete } = await import('./completion/complete.ts')
      return await complete(args.slice(1), this.#io)
    }
    const program = createProgram({
      io: this.#io,
      fillOperation: (command, name) => this.#fillOperation(command, name),
      fillLocal: (command, name) => this.#fillLocal(command, name),
    })
    if (args[0] === '--version' || args[0] === '-V') {
      this.#io.stdout.write(`${await versionOf(this.#io.root)}\n`)
      return exitCodes.success
    }
    await program.parseAsync(withoutHelpWord(args), { from: 'user' })
    return this.#exitCode
  }

  async #fillOperation(command: Command, name: CliName): Promise<void> {
    const { fillOperationCommand } = await import('./operation-command.ts')
    let reader: SecretReader | undefined
    const secrets = async () => {
      const { SecretReader } = await import('./read-secret.ts')
      reader ??= new SecretReader(this.#io)
      return reader
    }
    fillOperationCommand(command, name, {
      read: {
        text: async (flag, file) => (await import('./read-text.ts')).readText(this.#io, flag, file),
        secret: async (flag, file) => (await secrets()).read(flag, file),
        newSecret: async (flag, file) => (await secrets()).readNew(flag, file),
        patch: async (flag, file, commit) => {
          const { readPatch } = await import('./read-patch.ts')
          const { notes, ...read } = await readPatch(this.#io, flag, file, commit)
          for (const note of notes) this.#io.stderr.write(`${flag}: ${note}\n`)
          return read
        },
      },
      perform: async asked => {
        this.#exitCode = await this.#perform(asked, command.optsWithGlobals())
      },
    })
  }

  async #perform({ name, input, extras }: Asked, flags: Flags): Promise<number> {
    const io = this.#io
    if (typeof input.session === 'string') this.#session = input.session
    const [{ loadSettings }, { clientAs }, { perform }] = await Promise.all([
      import('../../config/client/load.ts'),
      import('./server-client.ts'),
      import('./perform.ts'),
    ])
    this.#settings = await loadSettings(io, flags)
    await using client = await clientAs(io, this.#settings, flags)
    return await perform(name, input, { ...this.#rendering(), client, io, json: flags.json === true, extras })
  }

  async #fillLocal(command: Command, name: LocalName): Promise<void> {
    const { fillLocalCommand } = await import('./local/local-command.ts')
    fillLocalCommand(command, name, {
      io: this.#io,
      context: this.#rendering(),
      ended: code => {
        this.#exitCode = code
      },
    })
  }

  #rendering(): RenderContext {
    const io = this.#io
    const { stdout, environment } = io
    return {
      paint: paintFor(stdout, environment),
      // A terminal that has never been told its size says 0.
      width: stdout.isTTY === true ? stdout.columns || 80 : undefined,
      now: io.now(),
    }
  }
}
