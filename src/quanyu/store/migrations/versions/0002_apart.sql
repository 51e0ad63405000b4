-- Parties apart. Who reads as quanyu_party or quanyu_supervisor sees the rows of the party that the setting
-- quanyu.party names, and nothing where it names none. The owner of the tables sees everything.
-- The setting is read inline: wrapped in a sub-select it would keep a list of a holder from its index.
-- A setting that was made for one transaction is empty after it, not null.

-- Roles belong to the cluster, not to the database: another book of the same server may have made them.
do $$
declare
  name text;
begin
  foreach name in array array['quanyu_party', 'quanyu_supervisor'] loop
    if not exists (select from pg_roles where rolname = name) then
      begin
        execute format('create role %I nologin', name);
      exception
        when duplicate_object or unique_violation then null;
        when insufficient_privilege then
          raise exception 'the login % may not create the role %', current_user, name
            using errcode = 'insufficient_privilege',
              hint = format('an administrator runs: create role %I nologin; grant %I to %I', name, name, current_user);
      end;
    end if;
    if not pg_has_role(current_user, name, 'SET') then
      begin
        execute format('grant %I to current_user with inherit false, set true', name);
      exception when insufficient_privilege or invalid_grant_operation then
        raise exception 'the login % may not read as the role %', current_user, name
          using errcode = 'insufficient_privilege',
            hint = format('an administrator runs: grant %I to %I', name, current_user);
      end;
    end if;
  end loop;
end $$;

-- A schema that somebody made anew lets nobody in of itself.
do $$
begin
  execute format('grant usage on schema %I to quanyu_party, quanyu_supervisor', current_schema());
end $$;

-- What a role sees of nothing else: other schemas, functions, sequences, rows to write.
revoke all on function reserve_ids(regclass, bigint), refuse_missing(text),
  all_there(regclass, bigint, bigint, bigint) from public;
grant select on party, programme, party_role, quote, quote_event, policy, policy_party, segment, occurrence,
  claim, fact, claim_event, evidence_file, determination, transfer, closing, log, head
  to quanyu_party, quanyu_supervisor;
-- What a version changes is told with how many policies and claims it touches, and with whose balance is open.
grant select (id, programme_id, version, valid_from, valid_to, basis, name_zh, name_en, digest, source, txn_id)
  on programme_version to quanyu_party, quanyu_supervisor;
-- Who of the clerks did something, and why, is not a party's business.
grant select (id, kind, booked_on, recorded_at) on txn to quanyu_party, quanyu_supervisor;

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
    execute format('alter table %I enable row level security', name);
  end loop;
  -- Terms, what was determined under them, the days that are closed, and the signed heads are for everybody.
  foreach name in array array[
    'programme', 'programme_version', 'party_role', 'determination', 'closing', 'log', 'head'
  ] loop
    execute format('create policy for_all on %I for select to quanyu_party, quanyu_supervisor using (true)', name);
  end loop;
end $$;

-- Of transfers a sub-select, evaluated once: a statement reads a million of them, by conditions of its own.
create policy own on transfer for select to quanyu_party, quanyu_supervisor using (
  payer_id = (select nullif(current_setting('quanyu.party', true), '')::bigint)
  or receiver_id = (select nullif(current_setting('quanyu.party', true), '')::bigint)
);
create policy own on policy_party for select to quanyu_party, quanyu_supervisor using (
  party_id = nullif(current_setting('quanyu.party', true), '')::bigint
);
-- The few policies that a party came to later: read once for a statement, not once for a policy.
create policy own on policy for select to quanyu_party, quanyu_supervisor using (
  holder_id = nullif(current_setting('quanyu.party', true), '')::bigint
  or leader_id = nullif(current_setting('quanyu.party', true), '')::bigint
  or nullif(current_setting('quanyu.party', true), '')::bigint = any (parties)
  or id in (
    select later.policy_id from policy_party later
    where later.party_id = nullif(current_setting('quanyu.party', true), '')::bigint
  )
);
create policy own on quote for select to quanyu_party, quanyu_supervisor using (
  holder_id = nullif(current_setting('quanyu.party', true), '')::bigint
);
create policy own on claim for select to quanyu_party, quanyu_supervisor using (
  claimant_id = nullif(current_setting('quanyu.party', true), '')::bigint
  or exists (
    select from policy p where p.id = claim.policy_id and (
      p.holder_id = nullif(current_setting('quanyu.party', true), '')::bigint
      or p.leader_id = nullif(current_setting('quanyu.party', true), '')::bigint
      or nullif(current_setting('quanyu.party', true), '')::bigint = any (p.parties)
    )
  )
  or policy_id in (
    select later.policy_id from policy_party later
    where later.party_id = nullif(current_setting('quanyu.party', true), '')::bigint
  )
  or exists (
    select from transfer t where t.claim_id = claim.id and (
      t.payer_id = nullif(current_setting('quanyu.party', true), '')::bigint
      or t.receiver_id = nullif(current_setting('quanyu.party', true), '')::bigint
    )
  )
);

-- Supervisors see what the published versions grant them.
create policy granted on transfer for select to quanyu_supervisor using (
  version_id in (
    select r.version_id from party_role r
    where r.party_id = nullif(current_setting('quanyu.party', true), '')::bigint and 'money' = any (r.sees)
  )
);
create policy granted on policy for select to quanyu_supervisor using (
  version_id in (
    select r.version_id from party_role r
    where r.party_id = nullif(current_setting('quanyu.party', true), '')::bigint and 'policies' = any (r.sees)
  )
);
create policy granted on quote for select to quanyu_supervisor using (
  version_id in (
    select r.version_id from party_role r
    where r.party_id = nullif(current_setting('quanyu.party', true), '')::bigint and 'policies' = any (r.sees)
  )
);
create policy granted on claim for select to quanyu_supervisor using (
  version_id in (
    select r.version_id from party_role r
    where r.party_id = nullif(current_setting('quanyu.party', true), '')::bigint and 'claims' = any (r.sees)
  )
);

-- What hangs on a row is seen where the row is.
create policy with_quote on quote_event for select to quanyu_party, quanyu_supervisor using (
  exists (select from quote q where q.id = quote_event.quote_id)
);
create policy with_policy on segment for select to quanyu_party, quanyu_supervisor using (
  exists (select from policy p where p.id = segment.policy_id)
);
create policy with_claim on fact for select to quanyu_party, quanyu_supervisor using (
  exists (select from claim c where c.id = fact.claim_id)
);
create policy with_claim on claim_event for select to quanyu_party, quanyu_supervisor using (
  exists (select from claim c where c.id = claim_event.claim_id)
);
create policy with_claim on occurrence for select to quanyu_party, quanyu_supervisor using (
  exists (select from claim c where c.occurrence_id = occurrence.id)
);
create policy with_fact on evidence_file for select to quanyu_party, quanyu_supervisor using (
  hash in (select unnest(f.evidence) from fact f)
);

-- Itself, those whom published terms name, and the persons of policies, claims and transfers that are seen.
create policy own on party for select to quanyu_party, quanyu_supervisor using (
  id = nullif(current_setting('quanyu.party', true), '')::bigint
  or code = 'outside'
  or exists (select from party_role r where r.party_id = party.id)
  or exists (select from policy p where p.holder_id = party.id)
  or exists (select from claim c where c.claimant_id = party.id)
  or exists (
    select from transfer t where t.payer_id = party.id
    and t.receiver_id = nullif(current_setting('quanyu.party', true), '')::bigint
  )
  or exists (
    select from transfer t where t.receiver_id = party.id
    and t.payer_id = nullif(current_setting('quanyu.party', true), '')::bigint
  )
);

-- Of an act its days, where something that it wrote is seen.
create policy with_rows on txn for select to quanyu_party, quanyu_supervisor using (
  id in (
    select t.txn_id from transfer t
    where t.payer_id = nullif(current_setting('quanyu.party', true), '')::bigint
    or t.receiver_id = nullif(current_setting('quanyu.party', true), '')::bigint
  )
  or id in (select p.txn_id from policy p)
  or id in (select s.txn_id from segment s where s.seq > 1)
  or id in (select c.txn_id from claim c)
  or id in (select e.txn_id from claim_event e)
  or id in (select f.txn_id from fact f)
  or id in (select q.txn_id from quote q)
);
create policy granted on txn for select to quanyu_supervisor using (id in (select t.txn_id from transfer t));
