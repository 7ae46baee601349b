-- Records per source and day (UTC) by their latest verdict; what came in is what was judged.
with latest as (
    select *
    from {{ source("lake", "receipts") }}
    qualify row_number() over (
        partition by record_id order by received_at desc, kafka_partition desc, kafka_offset desc
    ) = 1
)

select
    source,
    timezone('UTC', received_at)::date as day,
    count(*) as received,
    count(*) filter (verdict = 'accepted') as accepted,
    count(*) filter (verdict = 'duplicate') as duplicate,
    count(*) filter (verdict = 'rejected') as rejected,
    coalesce(sum(dropped), 0)::bigint as dropped,
    max(received_at) as last_received_at,
    max(contract_version)::integer as contract_version,
    {{ release_columns() }}
from latest
group by source, timezone('UTC', received_at)::date
order by source, day
