import type { Operation } from './operation.ts'
import { administrationOperations } from './operations/administration.ts'
import { appOperations } from './operations/apps.ts'
import { artifactOperations } from './operations/artifacts.ts'
import { auditOperations } from './operations/audit.ts'
import { authOperations } from './operations/auth.ts'
import { codexbarOperations } from './operations/codexbar.ts'
import { commandOperations } from './operations/commands.ts'
import { debugOperations } from './operations/debug.ts'
import { debugEngineOperations } from './operations/debug-engines.ts'
import { debugShareOperations } from './operations/debug-shares.ts'
import { environmentOperations } from './operations/environments.ts'
import { eventOperations } from './operations/events.ts'
import { inviteOperations } from './operations/invites.ts'
import { meOperations } from './operations/me.ts'
import { repositoryOperations } from './operations/repositories.ts'
import { serverOperations } from './operations/server.ts'
import { sessionOperations } from './operations/sessions.ts'
import { signInOperations } from './operations/sign-ins.ts'
import { ticketOperations } from './operations/tickets.ts'
import { tokenOperations } from './operations/tokens.ts'
import { userOperations } from './operations/users.ts'
import { worktreeOperations } from './operations/worktrees.ts'

/** Every operation of the server, by name. The one table that all surfaces come from. */
export const contract = {
  ...serverOperations,
  ...repositoryOperations,
  ...sessionOperations,
  ...worktreeOperations,
  ...commandOperations,
  ...appOperations,
  ...artifactOperations,
  ...environmentOperations,
  ...debugOperations,
  ...debugShareOperations,
  ...debugEngineOperations,
  ...eventOperations,
  ...ticketOperations,
  ...authOperations,
  ...meOperations,
  ...signInOperations,
  ...tokenOperations,
  ...userOperations,
  ...inviteOperations,
  ...auditOperations,
  ...administrationOperations,
  ...codexbarOperations,
} as const satisfies Record<string, Operation>

export type Contract = typeof contract
export type OperationName = keyof Contract

export const operationNames = Object.keys(contract) as readonly OperationName[]
