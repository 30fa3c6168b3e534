/** Loaded before each test file. */
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { useCompileCache } from '../../lib/compile-cache.mjs'

// A test has nothing to compile then that another has compiled before it.
useCompileCache(join(import.meta.dirname, '..', '..'))

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'async-hook-domain'
      ? { url: new URL('domain.mjs', import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
})
