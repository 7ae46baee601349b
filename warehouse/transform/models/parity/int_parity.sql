-- Everything that differs between what the stream published and what SQL finds; and of each comparison how
-- many values were compared.
{% set parts = ["int_parity__episode", "int_parity__outcome", "int_parity__input", "int_parity__chain"] %}
with fields as (
    {%- for part in parts %}
    select * from {{ ref(part) }} where published is not null or recomputed is not null
    {{ "union all by name" if not loop.last }}
    {%- endfor %}
)

select
    name,
    count(*) as compared,
    count(*) filter (differs) as different,
    (list({
        'patient_key': patient_key, 'episode_id': episode_id, 'field': field,
        'published': published, 'recomputed': recomputed
    } order by patient_key, episode_id, field) filter (differs))[:100] as differences
from fields
group by name
