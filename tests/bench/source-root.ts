import { resolve } from 'node:path'

/** The top of this checkout, a copy of which the benchmarks' server runs and has as its repository. */
export const sourceRoot = resolve(import.meta.dirname, '../..')
