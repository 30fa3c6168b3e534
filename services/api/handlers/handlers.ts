import type { Context } from '../context.ts'
import { administrationHandlers } from './administration.ts'
import { appHandlers } from './apps.ts'
import { artifactHandlers } from './artifacts.ts'
import { auditHandlers } from './audit.ts'
import { authHandlers } from './auth.ts'
import { codexbarHandlers } from './codexbar.ts'
import { commandHandlers } from './commands.ts'
import { debugHandlers } from './debug.ts'
import { debugShareHandlers } from './debug-shares.ts'
import { environmentHandlers } from './environments.ts'
import { eventHandlers } from './events.ts'
import type { Handlers } from './handler.ts'
import { inviteHandlers } from './invites.ts'
import { logHandlers } from './logs.ts'
import { meHandlers } from './me.ts'
import { repositoryHandlers } from './repositories.ts'
import { serverHandlers } from './server.ts'
import { sessionHandlers } from './sessions.ts'
import { signInHandlers } from './sign-ins.ts'
import { ticketHandlers } from './tickets.ts'
import { tokenHandlers } from './tokens.ts'
import { userHandlers } from './users.ts'
import { worktreeHandlers } from './worktrees.ts'

export const createHandlers = (context: Context): Handlers => ({
  ...serverHandlers(context),
  ...repositoryHandlers(context),
  ...sessionHandlers(context),
  ...worktreeHandlers(context),
  ...logHandlers(context),
  ...commandHandlers(context),
  ...appHandlers(context),
  ...artifactHandlers(context),
  ...environmentHandlers(context),
  ...debugHandlers(context),
  ...debugShareHandlers(context),
  ...eventHandlers(context),
  ...ticketHandlers(context),
  ...authHandlers(context),
  ...meHandlers(context),
  ...signInHandlers(context),
  ...tokenHandlers(context),
  ...userHandlers(context),
  ...inviteHandlers(context),
  ...auditHandlers(context),
  ...administrationHandlers(context),
  ...codexbarHandlers(context),
})
