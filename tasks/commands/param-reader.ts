import { ParamReader } from '../engine/params/param-reader.ts'
import type { Taskfile } from '../engine/taskfile.ts'
import type { Workplace } from '../engine/workplace.ts'

/** What it takes to remember declarations: less than a whole workplace, for whoever runs nothing. */
type Remembering = Pick<Workplace, 'sources' | 'remembered'>

/** Reads parameters, and remembers them for as long as the Taskfile, what it mounts and what they import are the same. */
export function paramReader({ path, files }: Taskfile, { sources, remembered }: Remembering): ParamReader {
  return new ParamReader({
    environment: process.env,
    cwd: process.cwd(),
    remembered,
    identityOf: () => sources.identityOf(files ?? [path]),
  })
}
