/**
 * Starts a command line of this package: the prepared program where it is there and current, otherwise the sources as they stand.
 * Plain JavaScript with few imports, since each start goes through here; it runs on Node 24.
 *
 * The prepared program is a cache (see docs/decisions/0018-prepared-program.md): it is never required, and whatever is
 * wrong with it, the sources run.
 */
import { dirname, join, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * The programs, by the paths of their sources. `kindOf` guesses what a start will need of one, for to read compiled code takes
 * time by its length. `ahead` names another one that goes ahead of it, which is much smaller and may do all that is wanted.
 *
 * @typedef {(words: readonly string[]) => string} KindOf
 * @typedef {{ name: string, kindOf: KindOf, ahead?: (kind: string, words: readonly string[]) => string | undefined }} Known
 * @type {Readonly<Record<string, Known>>}
 */
const programs = {
  'tasks/main.ts': { name: 'task', kindOf: kindOfRun, ahead: whatIsAhead },
  'client/cli/main.ts': { name: 'debug-server', kindOf: kindOfCall },
}

/** See `ownPlaces`. */
const keptPlace = '.artifacts/task'
const briefWords = ['--version', '--list', '-l', '--help', '-h']

// Asked for when a start needs them: an old Node loads this module as well.
const builtin = name => process.getBuiltinModule(name)

/**
 * @param {object} options
 * @param {string} options.root directory of the package
 * @param {string} options.main path of the source that is the program
 * @param {boolean} options.writes whether a program that is missing or stale may be prepared anew
 * @returns {Promise<void>}
 */
export async function launch({ root, main, writes }) {
  const known = programs[relative(root, main).replaceAll(sep, '/')]
  if (known === undefined) throw new Error(`${main} is no program that is launched`)
  const { name, kindOf, ahead } = known
  const words = process.argv.slice(2)
  const kind = kindOf(words)
  const manifest = currentManifest(root, name)
  const other = writes ? manifest?.ahead[ahead?.(kind, words) ?? ''] : undefined
  const first = other && readProgram(placeOf(root, name), other)
  if (first !== undefined) await start(first)
  const program =
    (manifest && readProgram(placeOf(root, name), partsOf(manifest, kind))) ??
    (writes ? await prepareAnew(root, { name, main }, kind) : undefined)
  if (program === undefined) await import(pathToFileURL(main).href)
  else await start(program)
}

/** @param {Program} program */
async function start(program) {
  try {
    await scriptOf(program).runInThisContext()(specifier => import(specifier))
  } catch (error) {
    const { nameSources } = await import('./prepare/name-sources.ts')
    throw nameSources(error, program.path)
  }
}

/**
 * The prepared program: a script whose value is a function that is given `import`, and does what the source does when that
 * is imported. V8 takes from `code` what it would have to compile, as long as its flags are those by which that was made.
 *
 * @param {Program} program
 */
export function scriptOf({ path, text, code }) {
  const { Script } = builtin('node:vm')
  return new Script(text, { filename: pathToFileURL(path).href, cachedData: code })
}

/**
 * A start runs tasks, or answers a TAB, or tells something and is over.
 *
 * @param {readonly string[]} words
 * @returns {'run' | 'complete' | 'brief'}
 */
export function kindOfRun(words) {
  if (words[0] === '--complete') return 'complete'
  const brief = words.length === 0 || words.some(word => briefWords.includes(word))
  return brief ? 'brief' : 'run'
}

/**
 * A start calls a server, or tells something and is over.
 *
 * @param {readonly string[]} words
 * @returns {'run' | 'brief'}
 */
export function kindOfCall(words) {
  const brief = words.length === 0 || words.some(word => briefWords.includes(word) || word === '-V')
  return brief ? 'brief' : 'run'
}

/**
 * Which program may know what is to be done from what is kept beside the Taskfile: see `tasks/known-commands.ts` and
 * `tasks/unchanged.ts`.
 *
 * @param {string} kind
 * @param {readonly string[]} words
 */
function whatIsAhead(kind, words) {
  if (kind !== 'run') return undefined
  const { existsSync } = builtin('node:fs')
  for (let directory = process.cwd(); ; directory = dirname(directory)) {
    if (existsSync(join(directory, 'Taskfile.ts'))) {
      const kept = join(directory, keptPlace)
      if (existsSync(join(kept, 'commands', nameOfWords(words)))) return 'commands'
      return existsSync(join(kept, 'unchanged')) ? 'unchanged' : undefined
    }
    if (dirname(directory) === directory) return undefined
  }
}

/**
 * What is kept of a run of commands, by its words. The same as in `known-runs.ts` of the engine.
 *
 * @param {readonly string[]} words
 */
export function nameOfWords(words) {
  return `=${encodeURIComponent(words.join(' '))}`.slice(0, 200)
}

/** What is prepared depends on the Node that runs it, so each has a place of its own. */
export function placeOf(root, name) {
  return join(root, '.artifacts', 'prepared', `${process.version}-${process.arch}`, name)
}

/**
 * The prepared program, or undefined where anything is not as it was when that was made.
 *
 * @typedef {{ readonly path: string, readonly text: string, readonly code: Uint8Array | undefined }} Program
 * @param {string} root
 * @param {string} name
 * @param {string} kind
 * @returns {Program | undefined}
 */
export function currentProgram(root, name, kind) {
  const manifest = currentManifest(root, name)
  return manifest && readProgram(placeOf(root, name), partsOf(manifest, kind))
}

/** What was prepared, where nothing that it was made from is another. */
function currentManifest(root, name) {
  const { readFileSync, statSync } = builtin('node:fs')
  try {
    /** @type {import('./prepare/manifest.ts').Manifest} */
    const manifest = JSON.parse(readFileSync(join(placeOf(root, name), 'manifest.json'), 'utf8'))
    if (manifest.root !== root) return undefined
    for (const stamp of manifest.sources)
      if (!isAsItWas(statSync(root + sep + stamp[0]), stamp)) return undefined
    return manifest
  } catch {
    return undefined
  }
}

const partsOf = ({ program, codes }, kind) => ({ program, code: codes?.[kind] })

/** @returns {Program | undefined} */
function readProgram(place, { program, code }) {
  try {
    // One buffer for both: memory that is new takes longer to get than what is read into it to read.
    const buffer = Buffer.allocUnsafeSlow(Math.max(program[1], code?.[1] ?? 0))
    return {
      path: join(place, program[0]),
      text: readAsItWas(place, program, buffer).latin1Slice(),
      code: code && readAsItWas(place, code, buffer),
    }
  } catch {
    return undefined
  }
}

/** Whoever prepares replaces files and never changes them, so what was opened stays what it was. */
function readAsItWas(place, stamp, buffer) {
  const { closeSync, fstatSync, openSync, readSync } = builtin('node:fs')
  const file = openSync(join(place, stamp[0]), 'r')
  try {
    const size = stamp[1]
    if (!isAsItWas(fstatSync(file), stamp) || readSync(file, buffer, 0, size, 0) !== size)
      throw new Error(`${stamp[0]} is another`)
    return buffer.subarray(0, size)
  } finally {
    closeSync(file)
  }
}

/**
 * By index, for to take a tuple apart is slower than to compare it, as long as nothing is optimised.
 *
 * @param {import('node:fs').Stats} now
 * @param {import('./prepare/manifest.ts').Stamp} stamp
 */
function isAsItWas(now, stamp) {
  return (
    now.size === stamp[1] &&
    now.mtimeMs === stamp[2] &&
    (stamp[3] === null || now.ctimeMs === stamp[3]) &&
    now.ino === stamp[4]
  )
}

async function prepareAnew(root, of, kind) {
  try {
    const { prepare } = await import('./prepare/prepare.ts')
    await prepare(root, of, placeOf(root, of.name))
    return currentProgram(root, of.name, kind)
  } catch {
    // Whatever it is, a directory that cannot be written or a source that is being edited: the sources run.
    return undefined
  }
}
