-- The book: kept facts, only ever appended to. Amounts are whole fen (hundredths of the programme's unit).
-- Bulk tables carry no row-wise foreign keys: what a statement refers to is checked once for all its rows.

create table txn (
  id bigint primary key,
  kind text collate "C" not null,
  actor text not null check (actor <> ''),
  reason text not null,
  booked_on date not null,
  recorded_at timestamptz not null,
  reference text collate "C" unique
);
create index txn_by_time on txn (recorded_at);

create table batch (
  txn_id bigint primary key references txn,
  purpose text collate "C" not null,
  digest bytea not null,
  file text not null,
  row_count bigint not null,
  unique (purpose, digest)
);

create table closing (
  through date primary key,
  txn_id bigint not null references txn
);

create table party (
  id bigint primary key,
  code text collate "C" not null unique,
  name_zh text not null,
  name_en text not null,
  kind text collate "C" not null,
  owner_id bigint,
  txn_id bigint not null
);
create index party_by_name on party (name_zh collate "C");

create table programme (
  id bigint primary key,
  code text collate "C" not null unique,
  txn_id bigint not null references txn
);

create table programme_version (
  id bigint primary key,
  programme_id bigint not null references programme,
  version date not null,
  valid_from date not null,
  valid_to date,
  basis text collate "C" not null check (basis in ('attaching', 'occurring', 'claims-made')),
  name_zh text not null,
  name_en text not null,
  digest bytea not null,
  source text not null,
  changes jsonb not null,
  txn_id bigint not null references txn,
  unique (programme_id, version),
  check (valid_to is null or valid_to > valid_from)
);

create table party_role (
  version_id bigint not null references programme_version,
  name text collate "C" not null,
  party_id bigint not null references party,
  sees text[] collate "C" not null check (sees <@ array['policies', 'claims', 'money']),
  txn_id bigint not null references txn,
  primary key (version_id, name)
);
create index party_role_by_party on party_role (party_id);

create table quote (
  id bigint primary key,
  number text collate "C" not null unique,
  version_id bigint not null references programme_version,
  holder_id bigint,
  valid_from date not null,
  valid_to date not null check (valid_to > valid_from),
  fields jsonb not null,
  premium bigint not null,
  currency text collate "C" not null,
  sheet jsonb not null,
  expires_on date not null,
  txn_id bigint not null references txn
);

create table quote_event (
  quote_id bigint not null references quote,
  seq smallint not null check (seq > 0),
  kind text collate "C" not null,
  body jsonb not null,
  txn_id bigint not null references txn,
  primary key (quote_id, seq)
);

create table policy (
  id bigint primary key,
  number text collate "C" not null unique,
  version_id bigint not null,
  kind text collate "C" not null check (kind in ('policy', 'master', 'open', 'certificate', 'declaration')),
  holder_id bigint not null,
  leader_id bigint,
  parties bigint[] not null,
  master_id bigint,
  predecessor_id bigint,
  quote_id bigint,
  issued_on date not null,
  txn_id bigint not null
);
create index policy_by_holder on policy (holder_id);
create index policy_by_version on policy (version_id, id);
create index policy_by_master on policy (master_id) where master_id is not null;
create unique index policy_by_predecessor on policy (predecessor_id) where predecessor_id is not null;
create unique index policy_by_quote on policy (quote_id) where quote_id is not null;

-- Parties of a policy that its premium came to concern after it was issued.
create table policy_party (
  policy_id bigint not null references policy,
  party_id bigint not null references party,
  txn_id bigint not null references txn,
  primary key (party_id, policy_id)
);
create index policy_party_by_policy on policy_party (policy_id);

create table segment (
  policy_id bigint not null,
  seq smallint not null check (seq > 0),
  kind text collate "C" not null,
  state text collate "C" not null check (state in ('in force', 'suspended', 'cancelled')),
  valid_from date not null,
  valid_to date not null,
  fields jsonb not null,
  premium bigint not null,
  txn_id bigint not null,
  primary key (policy_id, seq),
  check (valid_to > valid_from)
);
create index segment_by_day on segment (valid_from, valid_to);
create index segment_by_txn on segment (txn_id) where seq > 1;

create table occurrence (
  id bigint primary key,
  code text collate "C" not null unique,
  name_zh text not null,
  name_en text not null,
  began date not null,
  ended date not null check (ended >= began),
  place text not null,
  body jsonb not null,
  txn_id bigint not null references txn
);

create table claim (
  id bigint primary key,
  number text collate "C" not null unique,
  version_id bigint not null,
  policy_id bigint,
  occurrence_id bigint,
  claimant_id bigint not null,
  occurred date not null,
  reported date not null check (reported >= occurred),
  keys jsonb not null,
  txn_id bigint not null
);
create index claim_by_version on claim (version_id, id);
create index claim_by_policy on claim (policy_id) where policy_id is not null;
create index claim_by_occurrence on claim (occurrence_id) where occurrence_id is not null;
create index claim_by_claimant on claim (claimant_id);

create table fact (
  claim_id bigint not null,
  seq smallint not null check (seq > 0),
  body jsonb not null,
  reported_by text not null,
  known_on date not null,
  evidence bytea[] not null,
  txn_id bigint not null,
  primary key (claim_id, seq)
);

create table claim_event (
  claim_id bigint not null,
  seq smallint not null check (seq > 0),
  kind text collate "C" not null,
  body jsonb not null,
  txn_id bigint not null,
  primary key (claim_id, seq)
);

create table evidence_file (
  hash bytea primary key,
  name text not null,
  media_type text not null,
  size bigint not null,
  txn_id bigint not null references txn
);
create index evidence_file_by_txn on evidence_file (txn_id);

create table determination (
  id bigint primary key,
  version_id bigint not null references programme_version,
  occurrence_id bigint,
  code text collate "C" not null,
  revision smallint not null check (revision > 0),
  known_on date not null,
  source text not null,
  readings jsonb not null,
  txn_id bigint not null references txn,
  unique (version_id, code, revision)
);

-- Money from one party to another: reserved (an estimate), due (owed), paid (settled). Every row is both sides of the
-- double entry, so what all parties gave and received is the same sum whatever is written.
create table transfer (
  id bigint primary key,
  txn_id bigint not null,
  stage text collate "C" not null check (stage in ('reserved', 'due', 'paid')),
  flow text collate "C" not null,
  label text collate "C" not null,
  payer_id bigint not null,
  receiver_id bigint not null,
  amount bigint not null check (amount > 0),
  currency text collate "C" not null,
  booked_on date not null,
  version_id bigint,
  policy_id bigint,
  claim_id bigint,
  check (payer_id <> receiver_id)
);
create index transfer_by_payer on transfer (payer_id, booked_on)
  include (receiver_id, stage, flow, label, currency, version_id, amount);
create index transfer_by_receiver on transfer (receiver_id, booked_on)
  include (payer_id, stage, flow, label, currency, version_id, amount);
create index transfer_by_policy on transfer (policy_id) where policy_id is not null;
create index transfer_by_claim on transfer (claim_id) where claim_id is not null;
create index transfer_alone on transfer (txn_id) where policy_id is null and claim_id is null;

-- The evidence log: hashes of records, full tiles of 256 hashes, heads as signed.
create table log (
  id smallint primary key default 1 constraint log_alone check (id = 1),
  origin text not null,
  algorithm text not null
);

create table leaf (
  seq bigint primary key,
  kind text collate "C" not null,
  subject bigint not null,
  txn_id bigint not null,
  hash bytea not null,
  recorded_at timestamptz not null,
  constraint leaf_whole check (seq >= 0 and octet_length(hash) = 32),
  constraint leaf_kind_subject_txn_id_key unique (kind, subject, txn_id)
);

create table tile (
  level smallint not null,
  index bigint not null,
  hashes bytea not null,
  root bytea not null,
  primary key (level, index),
  constraint tile_full check (octet_length(hashes) = 8192 and octet_length(root) = 32)
);

create table head (
  size bigint not null,
  at timestamptz not null,
  key_id text collate "C" not null,
  root bytea not null,
  signature bytea not null,
  primary key (size, at, key_id),
  constraint head_whole check (size >= 0 and octet_length(root) = 32 and octet_length(signature) = 64)
);

create sequence txn_id;
create sequence party_id;
create sequence programme_id;
create sequence programme_version_id;
create sequence quote_id;
create sequence policy_id;
create sequence occurrence_id;
create sequence claim_id;
create sequence determination_id;
create sequence transfer_id;

-- The first of `n` ids in a row. Every id comes from here: a bare nextval could fall into a reserved range.
create function reserve_ids(of regclass, n bigint) returns bigint
language plpgsql volatile set search_path from current as $$
declare
  first bigint;
begin
  if n < 1 then
    raise exception 'reserve at least one id';
  end if;
  perform pg_advisory_lock(hashtextextended(of::text, 0));
  first := nextval(of);
  if n > 1 then
    perform setval(of, first + n - 1);
  end if;
  perform pg_advisory_unlock(hashtextextended(of::text, 0));
  return first;
exception when query_canceled or others then
  -- The lock is the session's: nothing else lets it go before the connection ends.
  perform pg_advisory_unlock_all();
  raise;
end $$;

-- What is written stands: rows are appended, never changed or taken away.
create function refuse_change() returns trigger
language plpgsql set search_path from current as $$
begin
  raise exception 'rows of % are only appended', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

-- Nothing is booked into days whose books are closed.
create function refuse_closed() returns trigger
language plpgsql set search_path from current as $$
begin
  if exists (select from written where booked_on <= (select max(through) from closing)) then
    raise exception 'the books are closed through %', (select max(through) from closing)
      using errcode = 'integrity_constraint_violation', constraint = 'books_closed';
  end if;
  return null;
end $$;

create trigger closed after insert on txn referencing new table as written
  for each statement execute function refuse_closed();

-- What a statement's rows refer to exists; one check for all of them.
create function refuse_missing(what text) returns void
language plpgsql as $$
begin
  raise exception '% is not in the book', what using errcode = 'foreign_key_violation';
end $$;

-- Whether a statement's `n` rows are of ids that are a range without gaps, all of them there: one count over an index
-- then stands for a look at each. Ids that are far apart are looked for one by one.
create function all_there(of regclass, first bigint, last bigint, n bigint) returns boolean
language plpgsql stable set search_path from current as $$
declare
  found bigint;
begin
  if last - first >= n then
    return false;
  end if;
  execute format('select count(*) from %s where id between $1 and $2', of) into found using first, last;
  return found = last - first + 1;
end $$;

create function check_transfers() returns trigger
language plpgsql set search_path from current as $$
declare
  w record;
begin
  select count(*) as n, min(txn_id) as txn, max(txn_id) as last_txn, min(booked_on) as booked, max(booked_on) as last_booked,
    min(policy_id) as policy, max(policy_id) as last_policy, min(claim_id) as claim, max(claim_id) as last_claim
  into w from written;
  if not exists (select from txn t where t.id = w.txn and t.booked_on = w.booked)
    or w.txn <> w.last_txn or w.booked <> w.last_booked
  then
    if exists (
      select from (select distinct txn_id, booked_on from written) d left join txn t on t.id = d.txn_id
      where t.id is null or t.booked_on <> d.booked_on
    ) then
      perform refuse_missing('the transaction of a transfer, on its day,');
    end if;
  end if;
  if exists (
    select from (select payer_id as id from written union select receiver_id from written) d
    where not exists (select from party p where p.id = d.id)
  ) then
    perform refuse_missing('a party of a transfer');
  end if;
  if w.policy is not null and not all_there('policy', w.policy, w.last_policy, w.n)
    and exists (
      select from (select distinct policy_id from written where policy_id is not null) d
      where not exists (select from policy p where p.id = d.policy_id)
    )
  then
    perform refuse_missing('the policy of a transfer');
  end if;
  if w.claim is not null and not all_there('claim', w.claim, w.last_claim, w.n)
    and exists (
      select from (select distinct claim_id from written where claim_id is not null) d
      where not exists (select from claim c where c.id = d.claim_id)
    )
  then
    perform refuse_missing('the claim of a transfer');
  end if;
  return null;
end $$;
create trigger checked after insert on transfer referencing new table as written
  for each statement execute function check_transfers();

create function check_policies() returns trigger
language plpgsql set search_path from current as $$
begin
  if exists (select from (select distinct txn_id from written) w where not exists (select from txn t where t.id = w.txn_id))
  then
    perform refuse_missing('the transaction of a policy');
  end if;
  if exists (
    select from (select distinct version_id from written) w
    where not exists (select from programme_version v where v.id = w.version_id)
  ) then
    perform refuse_missing('the programme version of a policy');
  end if;
  if exists (
    select from (select distinct unnest(array_append(array_append(parties, holder_id), leader_id)) as id from written) w
    where w.id is not null and not exists (select from party p where p.id = w.id)
  ) then
    perform refuse_missing('a party of a policy');
  end if;
  if exists (
    select from (select distinct master_id as id from written where master_id is not null
                 union select predecessor_id from written where predecessor_id is not null) w
    where not exists (select from policy p where p.id = w.id)
  ) then
    perform refuse_missing('the policy before or above a policy');
  end if;
  return null;
end $$;
create trigger checked after insert on policy referencing new table as written
  for each statement execute function check_policies();

create function check_segments() returns trigger
language plpgsql set search_path from current as $$
declare
  r record;
begin
  select count(*) as n, min(policy_id) as first, max(policy_id) as last, max(seq) as seq into r from written;
  if (r.n > 0 and not all_there('policy', r.first, r.last, r.n) and exists (
    select from written w where not exists (select from policy p where p.id = w.policy_id)
  )) or exists (
    select from (select distinct txn_id from written) w where not exists (select from txn t where t.id = w.txn_id)
  ) then
    perform refuse_missing('the policy or the transaction of a segment');
  end if;
  if r.seq > 1 and exists (
    select from written w where w.seq > 1
    and not exists (select from segment s where s.policy_id = w.policy_id and s.seq = w.seq - 1)
  ) then
    perform refuse_missing('the segment before a segment');
  end if;
  return null;
end $$;
create trigger checked after insert on segment referencing new table as written
  for each statement execute function check_segments();

create function check_claims() returns trigger
language plpgsql set search_path from current as $$
begin
  if exists (
    select from (select distinct version_id from written) w
    where not exists (select from programme_version v where v.id = w.version_id)
  ) or exists (
    select from (select distinct txn_id from written) w where not exists (select from txn t where t.id = w.txn_id)
  ) then
    perform refuse_missing('the programme version or the transaction of a claim');
  end if;
  if exists (
    select from (select distinct policy_id from written where policy_id is not null) w
    where not exists (select from policy p where p.id = w.policy_id)
  ) then
    perform refuse_missing('the policy of a claim');
  end if;
  if exists (
    select from (select distinct occurrence_id from written where occurrence_id is not null) w
    where not exists (select from occurrence o where o.id = w.occurrence_id)
  ) then
    perform refuse_missing('the occurrence of a claim');
  end if;
  if exists (
    select from (select distinct claimant_id from written) w
    where not exists (select from party p where p.id = w.claimant_id)
  ) then
    perform refuse_missing('the claimant of a claim');
  end if;
  return null;
end $$;
create trigger checked after insert on claim referencing new table as written
  for each statement execute function check_claims();

create function check_of_claim() returns trigger
language plpgsql set search_path from current as $$
declare
  r record;
begin
  select count(*) as n, min(claim_id) as first, max(claim_id) as last into r from written;
  if (r.n > 0 and not all_there('claim', r.first, r.last, r.n) and exists (
    select from written w where not exists (select from claim c where c.id = w.claim_id)
  )) or exists (
    select from (select distinct txn_id from written) w where not exists (select from txn t where t.id = w.txn_id)
  ) then
    perform refuse_missing('the claim or the transaction of a fact or an event');
  end if;
  return null;
end $$;
create trigger checked after insert on fact referencing new table as written
  for each statement execute function check_of_claim();
create trigger checked after insert on claim_event referencing new table as written
  for each statement execute function check_of_claim();

do $$
declare
  name text;
begin
  foreach name in array array[
    'txn', 'batch', 'closing', 'party', 'programme', 'programme_version', 'party_role', 'quote', 'quote_event',
    'policy', 'policy_party', 'segment', 'occurrence', 'claim', 'fact', 'claim_event', 'evidence_file',
    'determination', 'transfer',
    'log', 'leaf', 'tile', 'head'
  ] loop
    execute format('create trigger appended before update or delete or truncate on %I '
      'for each statement execute function refuse_change()', name);
  end loop;
end $$;
