// Made from openapi.yaml by build/types.mjs.

export type Error = {
  error: { code: string; text: string; do?: string };
};

export type Done = {
  done: boolean;
  text?: string;
};

export type Destructive = {
  confirm: string;
  reason: string;
};

export type Me = {
  name: string;
  role: "none" | "viewer" | "operator" | "admin";
  server: number;
  version: string;
  login: boolean;
  read_only?: boolean;
  expires_at_ms?: number | null;
};

export type Ensemble = {
  server: number;
  at_ms: number;
  leader: number | null;
  epoch: number;
  quorum: { has: boolean; voters: number; linked: number; survives: number; text: string };
  servers: { server: number; observer: boolean; address: string; console: string | null; linked: boolean; age_ms: number | null; error?: string; status?: Status }[];
  links: { from: number; to: number; up: boolean; rtt_us?: number | null }[];
};

export type Status = {
  server: number;
  version: string;
  role: "looking" | "following" | "observing" | "leading" | "alone" | "read_only";
  serving: boolean;
  draining?: boolean;
  recovering?: boolean;
  in_doubt?: boolean;
  leader: number | null;
  epoch: number;
  committed: string;
  applied: string;
  logged: string;
  lag_txns?: number | null;
  now_ms: number;
  uptime_ms: number;
  sessions: number;
  local_sessions?: number;
  connections: number;
  outstanding?: number;
  znodes: number;
  watches: number;
  ephemerals: number;
  data_bytes: number;
  memory_bytes: number;
  cpu_percent?: number;
  files_open?: number | null;
  files_max?: number | null;
  log_lines_dropped?: number;
  disk: { level: "ample" | "low" | "full"; free_bytes: number | null; total_bytes?: number | null };
  sync: { count: number; p50_us: number; p99_us: number; max_us: number };
  latency?: { count?: number; p50_us?: number; p99_us?: number; max_us?: number };
  links: { server: number; up: boolean; rtt_us?: number | null }[];
  notes: string[];
  etag: string;
};

export type Actor = {
  id: number;
  name: string;
  label: string;
  parent: number | null;
  state: "idle" | "busy" | "stuck" | "dead";
  thread: "io" | "own" | "pool";
  depth: number;
  high_water: number;
  wait_us: number | null;
  wait_max_us?: number | null;
  messages_per_s: number;
  io_per_s?: number | null;
  busy_percent: number;
  handled: number;
  restarts: number;
  age_ms: number;
  last_exit_reason: string;
  traced: boolean;
  restartable: boolean;
};

export type Actors = {
  at_ms: number;
  total: number;
  offset: number;
  connections?: number;
  items: Actor[];
};

export type ActorDetail = Actor & {
  at_ms: number;
  kinds: { message: string; count: number; per_s: number; p50_us?: number | null; p99_us?: number | null; max_us?: number | null }[];
  io?: { bytes_in?: number; bytes_out?: number; frames_in?: number; frames_out?: number; queued_bytes?: number } | null;
  dump: Record<string, unknown> | null;
  traced_until_ms: number | null;
  messages: TracedMessage[];
  children: { id: number; name: string; label: string }[];
  on_death: "restart" | "rest" | "escalate" | "none";
  etag: string;
};

export type TracedMessage = {
  seq: number;
  at_ms: number;
  message: string;
  wait_us: number | null;
  took_us: number;
  from: string | null;
};

export type TraceItem = TracedMessage & {
  actor: number;
  name: string;
};

export type Elections = {
  at_ms: number;
  items: ElectionEvent[];
};

export type ElectionEvent = {
  seq: number;
  at_ms: number;
  event: "started" | "looking" | "elected" | "leading" | "following" | "observing" | "left";
  server?: number;
  leader?: number | null;
  epoch?: number | null;
  zxid?: string | null;
  reason?: string | null;
  text: string;
  lasted_ms?: number | null;
  votes?: { server: number; for: number; epoch?: number; zxid?: string }[];
};

export type Session = {
  session: string;
  local: boolean;
  timeout_ms: number;
  here: boolean;
  server?: number | null;
  address?: string | null;
  protocol?: "native" | "zookeeper" | null;
  tls?: boolean | null;
  connected_at_ms?: number | null;
  heard_ms_ago?: number | null;
  ephemerals: number;
  watches: number | null;
  received?: number | null;
  sent?: number | null;
  outstanding?: number | null;
  latency_avg_ms?: number | null;
  latency_max_ms?: number | null;
  identities?: string[];
  actor?: number | null;
};

export type Sessions = {
  at_ms: number;
  total: number;
  offset: number;
  items: Session[];
};

export type SessionDetail = Session & {
  ephemeral_paths: string[];
  watched_paths: { path: string; kind: "data" | "child" | "persistent" | "recursive" }[];
  etag: string;
};

export type Watches = {
  at_ms: number;
  by: "path" | "session";
  total: number;
  offset: number;
  watches: number;
  paths: number;
  sessions: number;
  fired_per_s?: number;
  items: { name: string; watches: number; data?: number; child?: number; persistent?: number; recursive?: number; some?: string[] }[];
};

export type Data = string | {
  base64: string;
} | null;

export type AclEntry = {
  perms: string;
  scheme: string;
  id: string;
};

export type Stat = {
  czxid: string;
  mzxid: string;
  pzxid: string;
  ctime_ms: number;
  mtime_ms: number;
  version: number;
  cversion: number;
  aversion: number;
  ephemeral_owner: string | null;
  data_bytes: number;
  children: number;
  kind?: "persistent" | "ephemeral" | "container" | "ttl";
};

export type Children = {
  path: string;
  zxid: string;
  total: number;
  more: boolean;
  items: { name: string; stat: Stat }[];
};

export type Node = {
  path: string;
  zxid: string;
  stat: Stat;
  acl: AclEntry[];
  readable: boolean;
  data?: Data;
  truncated?: boolean;
  quota?: Record<string, unknown> | null;
  watchers?: number;
};

export type NodeChanged = {
  path: string;
  zxid?: string;
  stat?: Stat;
};

export type Found = {
  text: string;
  under: string;
  more: boolean;
  looked_at: number;
  paths: string[];
};

export type Biggest = {
  path: string;
  items: { path: string; nodes: number; bytes: number }[];
};

export type Transactions = {
  more: boolean;
  looked_at: number;
  first?: string | null;
  next?: string | null;
  items: { zxid: string; at_ms: number; session?: string | null; kind: string; paths: string[]; bytes: number; detail?: string }[];
};

export type MetricsHistory = {
  at_ms: number;
  step_ms: number;
  times_ms: number[];
  series: { name: string; title: string; unit: "per_s" | "us" | "bytes" | "count" | "percent"; chart?: string; values: (number | null)[] }[];
};

export type SlowRequests = {
  at_ms: number;
  threshold_ms: number;
  slow: number;
  items: SlowRequest[];
};

export type SlowRequest = {
  seq: number;
  at_ms: number;
  kind: string;
  path?: string | null;
  took_us: number;
  session: string;
  zxid?: string | null;
  error?: string | null;
  trace?: string | null;
  stages: { stage: "queue" | "propose" | "log" | "quorum" | "apply" | "reply" | "serve"; took_us: number }[];
};

export type ConfigValues = {
  items: { name: string; value: string | null; origin: string; is_default: boolean; group: string; text?: string }[];
  members: string[];
};

export type LogLevels = {
  items: { component: string; level: string }[];
};

export type LogLines = {
  more: boolean;
  items: LogLine[];
};

export type LogLine = {
  seq: number;
  at_ms: number;
  level: string;
  component: string;
  event: string;
  fields: Record<string, unknown>;
};

export type Backups = {
  at_ms: number;
  image: { zxid?: string; bytes?: number | null; saved_at_ms?: number | null };
  checkpoints: { name: string; zxid: string; at_ms: number; bytes?: number | null; digest?: string | null; verified?: "yes" | "no"; verified_ms?: number | null }[];
  log: { first?: string | null; last?: string; bytes?: number | null };
};

export type Audit = {
  items: AuditEntry[];
};

export type AuditEntry = {
  seq: number;
  at_ms: number;
  who: string;
  role: string;
  from: string;
  via?: number | null;
  act: string;
  target: string;
  reason?: string;
  outcome: string;
  text?: string;
};

export type Commands = {
  commands: { command: string; aliases: string[] }[];
};

export type CommandAnswer = {
  command: string;
  error: string | null;
};
