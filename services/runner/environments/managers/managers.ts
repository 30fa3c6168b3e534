import type { EnvironmentManager } from '../../../contract/environment-state.ts'
import { cargo } from './cargo.ts'
import { conda } from './conda.ts'
import { go } from './go.ts'
import type { Manager } from './manager.ts'
import { npm } from './npm.ts'
import { pip } from './pip.ts'
import { pnpm } from './pnpm.ts'
import { uv } from './uv.ts'
import { yarn } from './yarn.ts'

/** In the order in which `auto` looks for them: what locks more comes first. */
export const managers: Readonly<Record<EnvironmentManager, Manager>> = {
  uv,
  conda,
  pip,
  pnpm,
  yarn,
  npm,
  cargo,
  go,
}
