import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { type BuildOptions, build, type Plugin, stop } from 'esbuild'
import { builtinModule } from './builtins.ts'
import { placeDefines, withOwnPlace } from './own-place.ts'
import { type Recipe, recipes } from './recipes.ts'
import { asScript, wrapping } from './script.ts'

export interface Bundle {
  /** ASCII. */
  readonly text: string
  readonly sourceMap: Uint8Array
  /** What it was made from besides packages, below the root: paths with `/`. */
  readonly sources: readonly string[]
}

/**
 * The text of one script whose value is a function that does what the module `main` and all that it imports do, once it is
 * called with `import`.
 *
 * It is one file, though much of it is needed only sometimes: Node takes longer to load a second file than to skip what
 * is not run. A module that was imported dynamically still runs at the time of that import. So that nothing is loaded
 * before its time either, the bundle has no import at its top: see `builtins.ts` for those of Node, and `lateModule`.
 *
 * @param of the name of the program, as people start it, and the path of its source
 * @param program where the text will be
 */
export async function bundle(
  root: string,
  { name, main }: { readonly name: string; readonly main: string },
  program: string,
): Promise<Bundle> {
  try {
    const { outputFiles, metafile } = await build({
      ...options(root, recipes[name]),
      entryPoints: [main],
      outfile: program,
      metafile: true,
      write: false,
    })
    const text = outputFiles.find(({ path }) => path === program)?.text
    const sourceMap = outputFiles.find(({ path }) => path === `${program}.map`)?.contents
    if (text === undefined || sourceMap === undefined) throw new Error('esbuild has made no bundle')
    // Packages are what the lock file says, which is looked at in their stead.
    const sources = Object.keys(metafile.inputs).filter(path => !/^(?:[\w-]+:|node_modules\/)/.test(path))
    return { text: asScript(text), sourceMap, sources }
  } finally {
    await stop()
  }
}

/** Node runs the sources as they stand, so nothing is translated for an older one, and no import is thought to be unused. */
function options(root: string, recipe: Recipe | undefined): BuildOptions {
  return {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: wrapping.start },
    footer: { js: wrapping.end },
    target: 'esnext',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } },
    ignoreAnnotations: true,
    sourcemap: 'linked',
    sourcesContent: false,
    // The time to load it is that of its length, and twice that of text which is not ASCII. Identifiers stay as they are:
    // people see those of functions in stacks and those of classes in values, and to keep the names of shorter ones, esbuild
    // defines a property of each function whenever one is made, which takes longer than most of them run.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'silent',
    define: placeDefines,
    plugins: [modulesOf(recipe?.packages ?? [], recipe?.emptied ?? [])],
  }
}

const modulesOf = (packages: readonly string[], emptied: readonly string[]): Plugin => ({
  name: 'modules of a program',
  setup({ onLoad, onResolve }) {
    const texts = new Map<string, string>()
    onLoad({ filter: /\.ts$/, namespace: 'file' }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      texts.set(path, text)
      return { contents: withOwnPlace(path, text), loader: 'ts' }
    })
    for (const module of emptied)
      onLoad({ filter: new RegExp(`/node_modules/${RegExp.escape(module)}$`) }, () => ({
        contents: 'export {}',
      }))
    onResolve({ filter: /^file:/ }, () => ({ external: true }))
    onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
      if (path.startsWith('file:')) return { external: true }
      if (!isBuiltin(path)) return packages.includes(path) ? undefined : late(import.meta.resolve(path), kind)
      if (kind === 'dynamic-import') return { external: true }
      const { suffix, contents } = builtinModule(path, texts.get(importer) ?? '')
      return { path: path.replace('node:', ''), suffix, namespace: 'node', pluginData: contents }
    })
    onLoad({ filter: /.*/, namespace: 'node' }, ({ pluginData }) => ({ contents: String(pluginData) }))
    onLoad({ filter: /.*/, namespace: 'late' }, async ({ path }) => ({ contents: await lateModule(path) }))
  },
})

/** A module that stays outside of the bundle. */
function late(url: string, kind: string) {
  return kind === 'dynamic-import' ? { path: url, external: true } : { path: url, namespace: 'late' }
}

/**
 * Imports a module where it was imported statically, but not before that module is run whose import it was: an import at
 * the top of the bundle would load it at each start.
 */
async function lateModule(url: string): Promise<string> {
  const names = Object.keys(await import(url))
  const exports = names.map((name, i) => {
    const quoted = JSON.stringify(name)
    return `const name${i} = all[${quoted}]; export { name${i} as ${quoted} }`
  })
  return [`const all = await import(${JSON.stringify(url)})`, ...exports].join('\n')
}
