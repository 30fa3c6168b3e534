import { join } from 'node:path'
import { useCompileCache } from '../../lib/compile-cache.mjs'

/** Loaded before each test file, which has nothing to compile then that another has compiled before it. */
useCompileCache(join(import.meta.dirname, '..', '..'))
