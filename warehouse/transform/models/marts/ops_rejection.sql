-- Why records were refused and still are: reasons by source and place in the record.
with verdicts as (
    select record_id, arg_max(verdict, (received_at, kafka_partition, kafka_offset)) as verdict
    from {{ source("lake", "receipts") }}
    group by record_id
),

standing as (
    select rejected.*
    from {{ source("lake", "rejected") }} as rejected
    left join verdicts using (record_id)
    where coalesce(verdicts.verdict, 'rejected') = 'rejected'
    qualify row_number() over (
        partition by record_id
        order by rejected.received_at desc, rejected.kafka_partition desc, rejected.kafka_offset desc
    ) = 1
),

reasons as (
    select standing.* exclude (reasons), unnest(list_distinct(standing.reasons)) as reason
    from standing
)

select
    source,
    reason.code as code,
    reason.path as path,
    count(*) as n,
    max(received_at) as last_received_at,
    arg_max(record_id, (received_at, record_id)) as sample_record_id,
    arg_max(quarantine_ref, (received_at, record_id)) as sample_quarantine_ref,
    {{ release_columns() }}
from reasons
group by source, reason.code, reason.path
order by source, n desc, code, path
