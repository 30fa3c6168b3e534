import { basename } from 'node:path'
import { librariesSchema } from './mi-answers.ts'
import type { MiClient } from './mi-client.ts'

type Module = { id: string; name: string; path: string; symbolStatus?: string; addressRange?: string }

/** The program itself and the libraries that it has loaded. */
export async function modulesOf(
  gdb: MiClient,
  program: string,
  { startModule, moduleCount }: { startModule: number; moduleCount: number },
) {
  const { 'shared-libraries': libraries } = await gdb.ask('-file-list-shared-libraries', librariesSchema)
  const all: Module[] = libraries.map(({ id, 'host-name': path = id, ranges }) => {
    const [range] = ranges
    const place = range?.from === undefined ? {} : { addressRange: `${range.from}-${range.to ?? ''}` }
    return { id, name: basename(path), path, ...place }
  })
  all.unshift({ id: program, name: basename(program), path: program })
  const end = moduleCount === 0 ? undefined : startModule + moduleCount
  return { modules: all.slice(startModule, end), totalModules: all.length }
}
