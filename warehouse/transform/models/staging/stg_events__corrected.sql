{{ config(materialized="table") }}
-- The correction that wins for each event: of those not taken back the later, then the one with the larger id.
-- ``misfits``: the types of events that it does not fit, because it says what the contract does not allow them.
with said as (
    select
        said.* exclude (patient_key),
        coalesce(surviving.surviving_key, said.patient_key) as patient_key
    from {{ source("lake", "event_corrected") }} as said
    left join {{ ref("stg_patients__surviving") }} as surviving on said.patient_key = surviving.patient_key
    where {{ touched_only("said.patient_key") }}
),

winning as (
    select said.corrects as event_id, said.patient_key, said.changes::json as changes
    from said
    anti join {{ ref("stg_events__retracted") }} as retracted
        on said.event_id = retracted.event_id and said.patient_key = retracted.patient_key
    qualify row_number() over (
        partition by said.corrects, said.patient_key order by said.occurred_at desc, said.event_id desc
    ) = 1
),

named as (
    select event_id, patient_key, field, json_extract(changes, '$."' || field || '"') as right_value
    from (select *, unnest(json_keys(changes)) as field from winning)
),

misfits as (
    select named.event_id, named.patient_key, list(distinct fields.told) as misfits
    from named
    inner join {{ ref("stg_fields") }} as fields on named.field = fields.field
    where case json_type(named.right_value)
        when 'VARCHAR' then not list_contains(fields.words, json_extract_string(named.right_value, '$'))
        when 'ARRAY' then not list_has_all(fields.words, json_extract_string(named.right_value, '$[*]'))
        when 'NULL' then false
        else not coalesce(try_cast(named.right_value as double) between fields.low and fields.high, true)
    end
    group by all
)

select winning.*, misfits.misfits
from winning
left join misfits using (event_id, patient_key)
