"""A published criteria version never changes, and a node's parent is of its own version."""

from django.db import migrations

FREEZE = """
create function trials_freeze_version() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        if new.published_at is not null then
            raise exception 'a criteria version starts as a draft' using errcode = 'restrict_violation';
        end if;
        return new;
    end if;
    if old.published_at is not null then
        raise exception 'criteria version % is published and never changes', old.id
            using errcode = 'restrict_violation';
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    if new.id <> old.id or new.trial_id <> old.trial_id then
        raise exception 'criteria version % stays what it is of', old.id using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

create trigger frozen before insert or update or delete on trials_criteriaversion
    for each row execute function trials_freeze_version();

-- For nodes and cohorts. The version is locked before it is tested: a publication under way is waited for, and
-- none can begin before the row is in. A version that is not there, or may not be written, is refused alike.
create function trials_freeze_part() returns trigger language plpgsql as $$
declare
    version_id bigint := case tg_op when 'DELETE' then old.version_id else new.version_id end;
    published timestamptz;
begin
    if tg_op = 'UPDATE' and new.version_id <> old.version_id then
        raise exception 'a part of criteria version % never moves to another', old.version_id
            using errcode = 'restrict_violation';
    end if;
    select published_at into published from trials_criteriaversion where id = version_id for share;
    if not found then
        raise exception 'criteria version % cannot be edited', version_id using errcode = 'restrict_violation';
    end if;
    if published is not null then
        raise exception 'criteria version % is published and never changes', version_id
            using errcode = 'restrict_violation';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end $$;

create trigger frozen before insert or update or delete on trials_criterion
    for each row execute function trials_freeze_part();
create trigger frozen before insert or update or delete on trials_cohort
    for each row execute function trials_freeze_part();

alter table trials_criterion add constraint criterion_parent_of_same_version
    foreign key (parent_id, version_id) references trials_criterion (id, version_id);
"""

THAW = """
alter table trials_criterion drop constraint criterion_parent_of_same_version;
drop trigger frozen on trials_cohort;
drop trigger frozen on trials_criterion;
drop trigger frozen on trials_criteriaversion;
drop function trials_freeze_part();
drop function trials_freeze_version();
"""


class Migration(migrations.Migration):
    dependencies = [("trials", "0001_initial")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
