-- One row per condition and what it asks to be measured.
select condition, use, purpose, coalesce(measure, wanted) as wanted, measure, note, citation
from {{ ref("int_core_set") }}
order by condition, use, purpose, wanted
