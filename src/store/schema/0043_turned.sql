-- An amendment may give a call another direction: whose number was called is
-- known once the directory has it. Both sides name it then; NULL where the
-- run left it alone.
ALTER TABLE amendment ADD COLUMN direction INTEGER;
