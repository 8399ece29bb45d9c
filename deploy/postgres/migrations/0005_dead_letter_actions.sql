-- What a person said of a dead letter when acting on it. `entry_id` is the letter's own entry among the
-- dead letters of its queue and partition, under which `fleet dead` names it.
ALTER TABLE dead_letters ADD COLUMN note TEXT CHECK (note <> '');

-- The story of an order asks for its dead letters.
CREATE INDEX dead_letters_by_order ON dead_letters ((fields ->> 'key'));
