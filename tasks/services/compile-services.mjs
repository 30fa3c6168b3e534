/**
 * Compiles what services consist of, into the compile cache that they use, and starts none of them:
 * `node compile-services.mjs FILE…`, from the top of the package. Plain JavaScript, for what is loaded before there is a cache is not kept.
 *
 * All modules of a graph are compiled before the first of them is evaluated, and they are evaluated in the order in
 * which they are imported: here one comes first that ends it.
 */
import { join } from 'node:path'
import { useCompileCache } from '../../lib/compile-cache.mjs'

useCompileCache(join(import.meta.dirname, '..', '..'))

const module = (/** @type {string} */ text) => `data:text/javascript,${encodeURIComponent(text)}`
const enough = 'compiled'
const mains = process.argv.slice(2).map(file => new URL(`../../${file}`, import.meta.url).href)
const graph = [module(`throw '${enough}'`), ...mains].map(url => `import ${JSON.stringify(url)}`).join('\n')
await import(module(graph)).catch(reason => {
  if (reason !== enough) throw reason
})
