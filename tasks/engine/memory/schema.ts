/** Of another number nothing is read: what is remembered can be worked out again. */
export const schemaVersion = 3

/**
 * What `task` remembers. `taskfile` is a Taskfile's path below the root. Of `tasks` there is a row for each task that
 * has succeeded; it is valid until the task begins to run again. `settled` repeats what is needed to find out that nothing
 * has changed (see settled.ts); it is as good as the `changes` of `struck`, the number of times that `tasks` had changed by
 * then, and does not hold for the names there. They have a table of their own, for a run that changes little writes them alone.
 */
export const schema = `
create table tasks (
  taskfile text not null, name text not null,
  fingerprint text not null, facts text not null,
  inputs blob not null, outputs blob not null,
  result blob not null, result_digest text not null, outputs_digest text not null,
  succeeded_at real not null, valid integer not null default 1,
  primary key (taskfile, name)
) strict;
create table task_changes (count integer not null) strict;
insert into task_changes values (0);
create trigger task_inserted after insert on tasks begin update task_changes set count = count + 1; end;
create trigger task_updated after update on tasks begin update task_changes set count = count + 1; end;
create table settled (
  taskfile text primary key, text text not null, looks blob not null
) strict;
create table struck (taskfile text primary key, changes integer not null, names text not null) strict, without rowid;
create table durations (
  taskfile text not null, name text not null, ms real not null,
  primary key (taskfile, name)
) strict, without rowid;
create table runs (
  id text primary key, taskfile text not null, words text not null, pid integer not null, pid_start text not null,
  started_at real not null, ended_at real, outcome text,
  up_to_date integer not null default 0
) strict;
create table run_tasks (
  run text not null references runs (id) on delete cascade, name text not null,
  outcome text not null, why text not null, duration_ms real not null, error text,
  params text, result blob,
  primary key (run, name)
) strict;
create table claims (
  path text primary key, task text not null, pid integer not null, pid_start text not null
) strict, without rowid;
create table sources (path text primary key, entry text not null) strict, without rowid;
create table source_sets (id text primary key, files text not null, used_at real not null) strict, without rowid;
create table remembered (key text primary key, value text not null, used_at real not null) strict, without rowid;
pragma user_version = ${schemaVersion};
`
